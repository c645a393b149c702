"""report_tables.py DAILY JOURNAL RESULT: sessions and trades add up to what result.json says."""
import json
import sys
from decimal import Decimal


def main():
    daily, journal, result = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
    metrics = result["metrics"]
    sessions, trades = daily["sessions"], journal["trades"]

    def same(what, left, right):
        assert left == right, f"{what}: {left} and {right}"

    same("sessions", len(sessions), metrics["sessions"])
    same("equity", sessions[-1]["equity"], result["final_equity"])
    same("result", sum(Decimal(row["result"]) for row in sessions),
         Decimal(result["final_equity"]) - Decimal(result["initial_cash"]))
    same("fills", sum(row["fills"] for row in sessions), result["fills"])
    same("fees", sum(Decimal(row["commission"]) for row in sessions),
         Decimal(result["commission"]))
    same("closed", sum(row["trades_closed"] for row in sessions), result["trades_closed"])
    same("won", sum(row["trades_won"] for row in sessions), result["trades_won"])
    closed = [row for row in trades if row["state"] == "closed"]
    same("closed trades", len(closed), result["trades_closed"])
    same("open trades", len(trades) - len(closed), result["trades_open"])
    same("realized", sum(Decimal(row["realized"]) for row in trades), Decimal(result["realized"]))
    same("best", max(Decimal(row["result"]) for row in closed), Decimal(metrics["largest_win"]))
    for row in closed:
        price = Decimal(row["exit"]["price"]) - Decimal(row["entry"]["price"])
        same("a trade's result", price * Decimal(row["exit"]["qty"]), Decimal(row["realized"]))
        assert row["entry"]["reason"] == "fast crossed above slow", row
        assert row["exit"]["reason"] == "fast crossed below slow", row


if __name__ == "__main__":
    main()
