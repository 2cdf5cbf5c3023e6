"""Damage to files, seeded: values, lines, words, cells, arrays and bytes, and encodings that other programs write."""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from random import Random
from typing import Any

import numpy as np
import yaml

__all__ = ["damaged"]

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 1.5, -0.5, 10**6, 10**9, 2**31, 2**63, -(10**12), 10**30, 1e300, float("nan")),
    *(
        float("inf"),
        "",
        " ",
        "E",
        "none",
        "off",
        "-1",
        "1e9",
        "NaN",
        "2026-01-07",
        "9999-12-31",
        "24:00",
        "Mon",
        "x" * 300,
    ),
    *("\x00", "\u2028", "\ufeff", "\u0663", "\U0001f600", "=1+1", "../../etc/passwd", "%s%n", "a\nb", "\ud800"),
    *([], {}, [[]], [None], {"a": 1}, {"": None}, [1, 2, 3], ["E", "E"], {"limit": -1}, {"weight": 1e12}),
)
WORDS = (
    *("", "-1", "0", "1", "2", "999", "999999999", "9" * 23, "9" * 5000, "1e9", "1e400", "nan", "inf", "0x10", "1_000"),
    *(
        "None",
        "Any",
        "-",
        ",",
        ";",
        "|",
        "=",
        "#",
        '"',
        "{",
        "}",
        "[",
        "]",
        "null",
        "true",
        "E",
        "Mon",
        "<",
        ">",
        "&amp;",
    ),
    *(
        "*a",
        "&a x",
        "!!python/object:os.system",
        "? ",
        ": ",
        "- ",
        "%YAML 1.1",
        "---",
        "\t",
        "\x00",
        "\ufeff",
        "\u2028",
    ),
    *("\x85", "\u00e9", "\u0663", "\U0001f600", "2026-02-30", "9999-12-31", "0001-01-01", "25:00", "../x", "%n"),
)


def damaged(name: str, data: bytes, rng: Random) -> bytes:
    """The bytes of a file after one to three injuries, most of them to its structure."""
    roll = rng.random()
    if roll < 0.04:
        return _encoded(data, rng)
    if roll < 0.07:
        return _hostile(name, rng)
    if roll < 0.15 or not data:
        return _bytes(data, rng)
    try:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            data = _structure(name, data, rng)
    except (ValueError, KeyError, RecursionError, zipfile.BadZipFile, yaml.YAMLError):
        return _bytes(data, rng)
    return data


def _structure(name: str, data: bytes, rng: Random) -> bytes:
    suffix = name.rpartition(".")[2].lower()
    if suffix == "json" and rng.random() < 0.8:
        return json.dumps(_values(json.loads(data), rng), ensure_ascii=rng.random() < 0.9).encode(
            "utf-8", "surrogatepass"
        )
    if suffix in ("yaml", "yml") and rng.random() < 0.6:
        made = _values(yaml.safe_load(data), rng)
        return yaml.safe_dump(made, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")
    if suffix == "xlsx":
        return _inside(data, rng)
    if suffix == "npz":
        return _arrays(data, rng)
    return _words(data, rng)


# ---------------------------------------------------------------------------------------------- values


def _values(data: Any, rng: Random) -> Any:
    """One value replaced, removed, doubled, renamed, retyped or buried."""
    spots: list[tuple[Any, Any]] = []
    level: list[Any] = [data]
    while level:
        inside = level.pop()
        for key in inside if isinstance(inside, dict) else range(len(inside)) if isinstance(inside, list) else ():
            spots.append((inside, key))
            level.append(inside[key])
    if not spots:
        return rng.choice(VALUES)
    inside, key = rng.choice(spots)
    old, how = inside[key], rng.randrange(8)
    if how == 0:
        del inside[key]
    elif how == 1 and isinstance(inside, list):
        inside.insert(rng.randrange(len(inside) + 1), copy.deepcopy(old))
    elif how == 2 and isinstance(inside, dict):
        inside[str(rng.choice(WORDS))[:20]] = inside.pop(key)
    elif how == 3:
        inside[key] = [old] if rng.random() < 0.5 else {"a": old}
    elif how == 4 and isinstance(old, int | float) and not isinstance(old, bool):
        inside[key] = rng.choice([-old, old + 1, old - 1, old * 1000, float(old), str(old), bool(old), 0])
    elif how == 5:
        other, at = rng.choice(spots)
        inside[key] = copy.deepcopy(other[at]) if at in other or (isinstance(other, list) and at < len(other)) else None
    elif how == 6 and rng.random() < 0.2:
        deep: Any = old
        for _ in range(rng.choice((70, 300, 900))):
            deep = [deep]
        inside[key] = deep
    else:
        inside[key] = copy.deepcopy(rng.choice(VALUES))
    return data


# ---------------------------------------------------------------------------------------------- lines and words


def _words(data: bytes, rng: Random) -> bytes:
    text = data.decode("utf-8", "replace")
    how = rng.randrange(9)
    if how < 4:
        lines = text.split("\n")
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        if how == 0:
            del lines[i]
        elif how == 1:
            lines.insert(j, lines[i])
        elif how == 2:
            lines[i], lines[j] = lines[j], lines[i]
        else:
            del lines[min(i, j) : max(i, j)]
        return "\n".join(lines).encode()
    tokens = re.split(r"(\w+|\s+)", text)
    i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    numbers = [k for k, t in enumerate(tokens) if t.isdigit()] or [i]
    if how == 4:
        tokens[i] = rng.choice(WORDS)
    elif how == 5:
        tokens[i] = tokens[j]
    elif how == 6:
        del tokens[i]
    else:  # only numbers, so that the shape survives
        tokens[rng.choice(numbers)] = rng.choice(WORDS[:15])
    return "".join(tokens).encode("utf-8", "surrogatepass")


def _bytes(data: bytes, rng: Random) -> bytes:
    how, at = rng.randrange(4), rng.randrange(len(data) + 1)
    if how == 0:
        return data[:at]
    if how == 1:
        return data[:at] + rng.randbytes(rng.randrange(1, 12)) + data[at + rng.randrange(12) :]
    made = bytearray(data)
    for _ in range(rng.choice((1, 5, 50)) if made else 0):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made) if how == 2 else data[at:] + data[:at]


def _encoded(data: bytes, rng: Random) -> bytes:
    text = data.decode("utf-8", "replace").replace("e", "\u00e9", rng.randrange(3))
    return rng.choice(
        (
            b"\xef\xbb\xbf" + text.encode(),
            text.replace("\n", "\r\n").encode(),
            text.replace("\n", "\r").encode(),
            text.encode("utf-16"),
            text.encode("utf-16-le"),
            text.encode("cp1252", "replace"),
            b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
        )
    )


# ---------------------------------------------------------------------------------------------- archives


def _inside(data: bytes, rng: Random) -> bytes:
    """A workbook with one of its parts damaged, left out or doubled."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(each.filename, archive.read(each)) for each in archive.infolist()]
    sheets = [i for i, (name, _) in enumerate(parts) if "sheet" in name or "shared" in name]
    at = rng.choice(sheets) if sheets and rng.random() < 0.8 else rng.randrange(len(parts))
    name, inner = parts[at]
    how = rng.randrange(10)
    if how == 0:
        del parts[at]
    elif how == 1:
        parts.append((name + "x", inner))
    elif how == 2:
        far = rng.choice(("XFD200", "XFD1048576", "A9999999", "ZZZZ1", "A0", "B2"))
        row = re.sub("[A-Z]", "", far)
        cell = f'<row r="{row}"><c r="{far}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
        parts[at] = name, inner.replace(b"</sheetData>", cell.encode())
    elif how == 3:
        parts[at] = (
            name,
            inner.replace(b"<v>", rng.choice((b"<f>1/0</f><v>", b"<v>9999999999", b"<v>-")), rng.randrange(1, 5)),
        )
    elif how == 4:
        parts[at] = name, _bytes(inner, rng)
    else:
        parts[at] = name, _words(inner, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inner in parts:
            archive.writestr(name, inner)
    return out.getvalue()


def _arrays(data: bytes, rng: Random) -> bytes:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    name = rng.choice(sorted(arrays))
    old, how = arrays[name], rng.randrange(8)
    if how == 0:
        del arrays[name]
    elif how == 1:
        arrays[name] = old.reshape(-1) if old.ndim != 1 else old[None]
    elif how == 2:
        arrays[name] = (
            old.astype(rng.choice(("U3", "float32", "int8", "complex64", "bool")))
            if old.dtype.kind != "U"
            else old[..., None]
        )
    elif how == 3:
        arrays[name] = rng.choice(
            (np.array(3), np.array("x"), np.zeros((0, 3)), np.array([1.5, np.nan]), np.array(["a", "a"]))
        )
    elif how == 4 and old.ndim and len(old):
        arrays[name] = old[:-1]
    elif how == 5 and old.ndim and old.dtype.kind in "if":
        arrays[name] = old * rng.choice((-1, 2, 10**6))
    elif how == 6 and old.size and old.dtype.kind == "f":
        arrays[name] = np.where(np.arange(old.size).reshape(old.shape) == rng.randrange(old.size), np.nan, old)
    else:
        arrays[name + "x"] = arrays.pop(name)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


# ---------------------------------------------------------------------------------------------- hostile files


def _hostile(name: str, rng: Random) -> bytes:
    """A file that was made to do harm."""
    suffix = name.rpartition(".")[2].lower()
    depth = rng.choice((100, 500, 5_000, 100_000))
    if suffix == "xlsx":
        return _bomb(rng)
    if suffix == "npz":
        return _claim(rng)
    if suffix == "xml":
        entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
        return rng.choice(
            (
                f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><SchedulingPeriod>&a9;</SchedulingPeriod>',
                "<SchedulingPeriod>" + "<a>" * depth,
                "<SchedulingPeriod>" + "<a/>" * 600_000 + "</SchedulingPeriod>",
            )
        ).encode()
    if suffix in ("yaml", "yml"):
        bomb = "a: &a [x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{f'*{chr(97 + i)},' * 9}]\n" for i in range(9))
        start = "start: 2026-01-05\nshifts: "
        flow = rng.choice((start + "[" * depth + "]" * depth, start + "{a: " * depth + "}" * depth))
        steps = start + "\n" + "\n".join(" " * i + "- " for i in range(min(depth, 500)))
        return rng.choice((bomb, flow, steps, "- " * depth, start + "'" + "x" * 5_000_000 + "'")).encode()
    if suffix == "json":
        head = '{"start": "2026-01-05", "shifts": [], "staff": '
        return rng.choice(
            (
                head + "[" * depth + "]" * depth + "}",
                head + '{"a":' * depth + "1" + "}" * depth + "}",
                head + "[" + "[]," * 2_000_000 + "[]]}",
                head + "1" * 100_000 + "}",
            )
        ).encode()
    if suffix == "toml":
        return rng.choice(("a = " + "[" * depth + "]" * depth, "[" + ".".join("a" * depth) + "]")).encode()
    return rng.choice((b"\x00" * 100_000, b"," * 200_000, b'"' + b"a" * 200_000, b"1 " * 200_000, b"\n" * 200_000))


def _bomb(rng: Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        how = rng.randrange(3)
        if how == 0:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (90 << 20))
        elif how == 1:
            for i in range(2_000):
                archive.writestr(f"a{i}", b"")
        else:
            archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b'<c r="A1"><f></f></c>' * 900_000)
    return out.getvalue()


def _claim(rng: Random) -> bytes:
    """An array that says it is far larger than its file."""
    out = io.BytesIO()
    np.savez_compressed(out, arrivals=np.zeros((2, 2, 2), np.int64))
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        inner = archive.read("arrivals.npy").replace(
            b"(2, 2, 2)", b"(9999999, 99, 99)"[:9] if rng.random() < 0.1 else b"(999999,)"
        )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("arrivals.npy", inner)
    return made.getvalue()
