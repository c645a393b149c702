"""explain_streams.py: the decisions, signals and the report of signals against journal.db.

    python3 explain_streams.py JOURNAL DECISIONS SIGNALS ROWS WHY
"""

import json
import sqlite3
import sys
from decimal import Decimal


def e9(number):
    """Billionths of a JSON number or decimal text."""
    scaled = Decimal(number) * 1000000000
    assert scaled == scaled.to_integral_value(), number
    return int(scaled)


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line, parse_float=Decimal) for line in file]


def check_decisions(journal, decisions):
    rows = journal.execute(
        "SELECT ts, book, strategy, symbol, act, reason, verdict, gate_value, gate_limit,"
        " strength_ppm, confidence_ppm, inputs, order_id FROM decisions ORDER BY slot"
    ).fetchall()
    assert len(rows) == len(decisions) > 100, (len(rows), len(decisions))
    for row, line in zip(rows, decisions):
        ours = (line["ts"], line["book"], line["strategy"], line["symbol"], line["act"],
                line["reason"])
        assert ours == row[:6], (ours, row)
        verdicts = line["verdicts"]
        assert (verdicts[0]["gate"] if verdicts else "pass") == row[6]
        if verdicts:
            scale = 1 if verdicts[0]["unit"] in ("count", "ppm") else 1000000000
            assert (verdicts[0]["value"] * scale, verdicts[0]["limit"] * scale) == row[7:9]
        assert e9(line["strength"]) == row[9] * 1000 and e9(line["confidence"]) == row[10] * 1000
        assert line["inputs"] == json.loads(row[11], parse_float=Decimal)
        assert line["order_id"] == row[12]


def check_signals(journal, signals):
    rows = journal.execute(
        "SELECT d.ts, o.symbol, o.reference_price_e9, o.qty_e9, o.side, d.reason, d.confidence_ppm"
        " FROM decisions d JOIN orders o USING (order_id) ORDER BY d.slot"
    ).fetchall()
    assert len(rows) == len(signals) > 100
    for row, line in zip(rows, signals):
        ours = (line["timestamp"], line["symbol"], e9(line["price"]), e9(line["qty"]),
                line["side"], line["signal"], e9(line["confidence"]) // 1000)
        assert ours == row, (ours, row)


def check_rows(journal, rows):
    fills = dict(
        (order, (qty, price, ts))
        for order, qty, price, ts in journal.execute(
            "SELECT order_id, qty_e9, price_e9, ts FROM fills")
    )
    reference = dict(journal.execute("SELECT order_id, reference_price_e9 FROM orders"))
    filled = 0
    for row in rows["signals"]:
        fill = row["fill"]
        assert (fill is not None) == (row["order_id"] in fills)
        assert (fill is None) == (row["why_not"] is not None)
        if fill is not None:
            qty, price, ts = fills[row["order_id"]]
            sign = 1 if row["side"] == "buy" else -1
            assert (e9(fill["qty"]), e9(fill["price"]), fill["first"]) == (qty, price, ts)
            assert e9(fill["slippage"]) == sign * (price - reference[row["order_id"]])
            filled += 1
    assert filled == len(fills) > 100


def main():
    journal = sqlite3.connect(sys.argv[1])
    check_decisions(journal, lines(sys.argv[2]))
    check_signals(journal, lines(sys.argv[3]))
    with open(sys.argv[4], encoding="utf-8") as file:
        check_rows(journal, json.load(file))
    with open(sys.argv[5], encoding="utf-8") as file:
        why = json.load(file)
    assert why["symbol"] == "S000" and len(why["books"]) == 1 and why["simulated"] is True


main()
