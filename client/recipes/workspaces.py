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
# Close codes and statuses that a repeated subscription gets again.
FINAL = {1002, 1003, 1007, 1008, 1009, 1010, 4400, 4403, 4406, 4409, 4429, *range(400, 500)} - {408, 425, 429}


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
    return reason_of(error) in {"UNAUTHENTICATED", 401, 4401}


def reason_of(error: Exception) -> str | int | None:
    """The code of the first error, the code with which the WebSocket was closed, or the status of a refused request."""
    errors = getattr(error, "errors", None)
    if errors:
        return errors[0].get("extensions", {}).get("code")
    for source in (error, error.__cause__):
        close, response = getattr(source, "rcvd", None), getattr(source, "response", None)
        if close or response:
            return close.code if close else response.status_code
    return getattr(error, "code", None)


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
            reason = reason_of(error)
            if is_unauthenticated(error):
                if renewed or not session.renew():
                    raise
                renewed = True
            elif reason == "BAD_REQUEST" and cursor:
                cursor = None  # it is not accepted any more: a snapshot follows
            elif reason in FINAL or (isinstance(reason, str) and reason not in PASSING):
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
