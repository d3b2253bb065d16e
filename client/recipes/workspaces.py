"""Python with gql 4 (pip install "gql[aiohttp,websockets]"): lists, pauses, creates and follows workspaces.

Usage: URL=… TOKEN=… python workspaces.py list|pause|create|follow NAMESPACE [NAME or JSON]
TOKEN_COMMAND, if given, prints a new token; it is used once when the gateway refuses the first.
"""

import asyncio
import json
import os
import subprocess
import sys

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed

URL = os.environ["URL"]
LIST = gql("query ($namespace: String) { workspaces(namespace: $namespace) { nodes { id name state } liveCursor } }")
FOLLOW = gql("""
  subscription ($namespace: String, $after: String) {
    workspaces(namespace: $namespace, after: $after) { type cursor object { id name state } }
  }
""")
PAUSE = gql("""
  mutation ($namespace: String!, $name: String!) {
    pauseWorkspace(input: { namespace: $namespace, name: $name, waitFor: PAUSED }) { stateReached workspace { state } }
  }
""")
CREATE = gql("mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { name } } }")

# Codes after which a subscription can succeed later.
PASSING = {"INTERNAL", "KIND_UNAVAILABLE", "RATE_LIMITED", "TIMEOUT", "UNAVAILABLE"}


class Session:
    """The token of the viewer."""

    def __init__(self) -> None:
        self.token = os.environ["TOKEN"]

    def renew(self) -> bool:
        """Returns whether there is a new token."""
        command = os.environ.get("TOKEN_COMMAND")
        if command:
            self.token = subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout.strip()
        return bool(command)


async def execute(session: Session, document, variables: dict) -> dict:
    """Sends a query or mutation. Renews the token once."""
    document.variable_values = variables
    for attempt in (1, 2):
        transport = AIOHTTPTransport(url=URL, headers={"authorization": f"Bearer {session.token}"})
        try:
            async with Client(transport=transport) as client:
                return await client.execute(document)
        except (TransportQueryError, TransportServerError) as error:
            if attempt == 2 or not is_unauthenticated(error) or not session.renew():
                raise
    raise AssertionError("unreachable")


def is_unauthenticated(error: Exception) -> bool:
    """Whether the gateway refused the token: HTTP 401, a closed WebSocket with 4401, or an error with the code."""
    close = getattr(error, "rcvd", None) or getattr(error.__cause__, "rcvd", None)
    return (
        getattr(error, "code", None) == 401
        or getattr(close, "code", None) == 4401
        or code_of(error) == "UNAUTHENTICATED"
    )


def code_of(error: Exception) -> str | None:
    errors = getattr(error, "errors", None) or []
    return errors[0].get("extensions", {}).get("code") if errors else None


def print_errors(error: TransportQueryError) -> None:
    """Prints each error with its code, and the causes of the fields of a form."""
    for item in error.errors or []:
        extensions = item.get("extensions", {})
        print(f"{extensions.get('code')}: {item['message']}", file=sys.stderr)
        for cause in extensions.get("causes", []):
            print(f"  {cause['field']}: {cause['message']}", file=sys.stderr)


async def follow(session: Session, namespace: str) -> None:
    """Keeps the rows of a list, and prints their names after each change. Resumes after the last event."""
    listed = (await execute(session, LIST, {"namespace": namespace}))["workspaces"]
    cursor, delay, renewed = listed["liveCursor"], 1.0, False
    rows: dict[str, dict] = {row["id"]: row for row in listed["nodes"]}
    while True:
        is_complete = False  # after SYNCED the rows are those of the gateway
        transport = WebsocketsTransport(
            url=URL.replace("http", "ws", 1), init_payload={"authorization": f"Bearer {session.token}"}
        )
        try:
            async with Client(transport=transport) as client:
                FOLLOW.variable_values = {"namespace": namespace, "after": cursor}
                async for result in client.subscribe(FOLLOW):
                    event = result["workspaces"]
                    cursor, row, renewed = event["cursor"], event["object"], False
                    if event["type"] == "RESET":
                        rows.clear()
                        is_complete = False
                    elif event["type"] == "SYNCED":
                        delay, is_complete = 1.0, True
                    elif event["type"] == "DELETED":
                        rows.pop(row["id"], None)
                    else:
                        rows[row["id"]] = row
                    if is_complete:
                        print(json.dumps(sorted(f"{row['name']} {row['state']}" for row in rows.values())), flush=True)
        except (TransportError, ConnectionClosed, OSError) as error:
            code = code_of(error)
            if is_unauthenticated(error):
                if renewed or not session.renew():
                    raise
                renewed = True
            elif code and code not in PASSING:
                raise
        await asyncio.sleep(delay)
        delay = min(delay * 2, 30.0)


async def main(command: str, namespace: str, argument: str = "") -> None:
    session = Session()
    if command == "list":
        print(json.dumps(await execute(session, LIST, {"namespace": namespace})))
    elif command == "pause":
        print(json.dumps(await execute(session, PAUSE, {"namespace": namespace, "name": argument})))
    elif command == "create":
        value = {**json.loads(argument), "namespace": namespace}
        print(json.dumps(await execute(session, CREATE, {"input": value})))
    else:
        await follow(session, namespace)


try:
    asyncio.run(main(*sys.argv[1:]))
except TransportQueryError as failure:
    print_errors(failure)
    sys.exit(1)
