"""How quick the staff's pages and the admin's lists are in a hotel of 10,000 dishes with 1,000 open chats."""
