"""feed.py: the feed of corporate actions, which no SDK reads, from its beginning to now, and the list of
them, into SDK_RECORD for the check against the vendor's description. The two have to tell the same."""
import json
import os
import pathlib
import sys

import requests

from harness import Recorder

KEYS = {"APCA-API-KEY-ID": "PKFEED", "APCA-API-SECRET-KEY": "feed"}
SINCE = "2014-01-01T00:00:00Z"
ACTIONS = pathlib.Path(__file__).resolve().parent.parent / "actions.csv"


def main():
    recorder = Recorder("feed", os.environ.get("SDK_RECORD"))

    def get(path, **query):
        answer = requests.get(f"http://{os.environ['EXCHANGE_HTTP']}{path}", params=query,
                              headers=KEYS, timeout=10, hooks={"response": recorder.hook})
        answer.raise_for_status()
        return answer

    now = get("/v2/clock").json()["timestamp"]
    lines = get("/v1beta1/events/corporate-actions", since=SINCE, until=now).text.splitlines()
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    lists = get("/v1/corporate-actions", start=SINCE[:10]).json()["corporate_actions"]
    told = sorted(event["ca"]["id"] for event in events)
    listed = sorted(row["id"] for rows in lists.values() for row in rows)
    wanted = len(ACTIONS.read_text().splitlines()) - 1
    fine = told == listed and len(told) == wanted
    print("1..1")
    print(f"{'ok' if fine else 'not ok'} 1 the feed of corporate actions tells what the list has"
          + ("" if fine else f" - {len(told)} told, {len(listed)} listed, {wanted} in the file"))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
