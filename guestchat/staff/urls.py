from django.urls import path

from guestchat.staff import allergens, ask, board, codes, dishes, door, figures, gaps, inbox, kitchen, start, usual

urlpatterns = [
    path("", door.choose, name="staff"),
    path("<slug:slug>/", inbox.inbox, name="staff_inbox"),
    path("<slug:slug>/conversations/<uuid:id>/", inbox.conversation, name="staff_conversation"),
    path("<slug:slug>/conversations/<uuid:id>/take/", inbox.take, name="staff_take"),
    path("<slug:slug>/conversations/<uuid:id>/write/", inbox.write, name="staff_write"),
    path("<slug:slug>/conversations/<uuid:id>/hand-back/", inbox.hand_back, name="staff_hand_back"),
    path("<slug:slug>/requests/", board.board, name="staff_requests"),
    path("<slug:slug>/requests/<uuid:id>/<int:seq>/<int:number>/", board.move, name="staff_move"),
    path("<slug:slug>/gaps/", gaps.unanswered, name="staff_gaps"),
    path("<slug:slug>/gaps/<uuid:id>/<int:seq>/", gaps.gap, name="staff_gap"),
    path("<slug:slug>/figures/", figures.page, name="staff_figures"),
    path("<slug:slug>/start/", start.start, name="staff_start"),
    path("<slug:slug>/start/answers/", usual.answers, name="staff_usual"),
    path("<slug:slug>/ask/", ask.ask, name="staff_ask"),
    path("<slug:slug>/kitchen/", kitchen.kitchen, name="staff_kitchen"),
    path("<slug:slug>/kitchen/<slug:key>/", kitchen.sell_out, name="staff_sell_out"),
    path("<slug:slug>/allergens/", allergens.allergens, name="staff_allergens"),
    path("<slug:slug>/dishes/", dishes.dishes, name="staff_dishes"),
    path("<slug:slug>/dishes/download/", dishes.download, name="staff_dishes_download"),
    path("<slug:slug>/codes/", codes.codes, name="staff_codes"),
    path("<slug:slug>/codes/sheet/", codes.sheet, name="staff_sheet"),
]
