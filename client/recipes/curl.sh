#!/usr/bin/env bash
# curl and jq: lists, pauses and follows workspaces. Usage: URL=… TOKEN=… curl.sh <command> [arguments]
# TOKEN_COMMAND, if given, prints a new token; it is used once when the gateway refuses one.
set -euo pipefail

request() { # variables query: prints the response
  local body response status
  body=$(jq --null-input --arg query "$2" --argjson variables "$1" '{ $query, $variables }')
  for attempt in 1 2; do
    response=$(curl --silent --show-error --write-out '\n%{http_code}' "$URL" \
      --header "authorization: Bearer $TOKEN" --header 'content-type: application/json' --data "$body")
    status=${response##*$'\n'}
    [[ $status == 401 && $attempt == 1 && -n ${TOKEN_COMMAND:-} ]] || break
    TOKEN=$($TOKEN_COMMAND)
  done
  printf '%s\n' "${response%$'\n'*}"
}

# Prints the errors with their codes and the causes of each field, and fails if there are any.
check() {
  jq --exit-status '(.errors // [])[] | "\(.extensions.code): \(.message)", ((.extensions.causes // [])[] | "  \(.field): \(.message)")' \
    --raw-output <<<"$1" >&2 && return 1
  jq --compact-output .data <<<"$1"
}

list() { # namespace
  local variables
  variables=$(jq --null-input --arg namespace "$1" '{ $namespace }')
  check "$(request "$variables" 'query ($namespace: String) {
    workspaces(namespace: $namespace) { nodes { id name state } liveCursor }
  }')"
}

pause() { # namespace name
  local variables
  variables=$(jq --null-input --arg namespace "$1" --arg name "$2" '{ $namespace, $name }')
  check "$(request "$variables" 'mutation ($namespace: String!, $name: String!) {
    pauseWorkspace(input: { namespace: $namespace, name: $name, waitFor: PAUSED }) { stateReached workspace { state } }
  }')"
}

create() { # input as JSON
  check "$(request "{ \"input\": $1 }" 'mutation ($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) { workspace { name } }
  }')"
}

# Prints one event a line. After an interruption, or an error that may pass, it resumes after the last event.
follow() { # namespace [cursor]
  local variables body cursor=${2:-} line id= code renewed=
  variables=$(jq --null-input --arg namespace "$1" '{ $namespace }')
  body=$(jq --null-input --argjson variables "$variables" '{ $variables, query: "subscription ($namespace: String) {
    workspaces(namespace: $namespace) { type cursor object { id name state } }
  }" }')
  while true; do
    while IFS= read -r line || [[ -n $line ]]; do
      case $line in
        'id: '*) id=${line#id: } && continue ;;
        'data: '?* | '{'*) line=${line#data: } ;; # a refused request is answered with JSON
        *) continue ;;
      esac
      code=$(jq --raw-output 'if .data then "" else .errors[0].extensions.code end' <<<"$line" 2>/dev/null) || continue # it was cut
      case $code in
        '')
          jq --compact-output --unbuffered .data.workspaces <<<"$line"
          cursor=$id renewed=
          ;;
        INTERNAL | KIND_UNAVAILABLE | RATE_LIMITED | TIMEOUT | UNAVAILABLE) ;; # may pass
        UNAUTHENTICATED)
          [[ -n ${TOKEN_COMMAND:-} && -z $renewed ]] || check "$line" || return
          TOKEN=$($TOKEN_COMMAND) renewed=true
          ;;
        *)
          # A cursor that is not accepted any more is dropped: a snapshot follows.
          [[ $code == BAD_REQUEST && -n $cursor ]] || check "$line" || return
          cursor=
          ;;
      esac
    done < <(curl --silent --no-buffer "$URL" --header 'accept: text/event-stream' \
      ${cursor:+--header "last-event-id: $cursor"} \
      --header "authorization: Bearer $TOKEN" --header 'content-type: application/json' --data "$body")
    sleep 1
  done
}

"$@"
