"""Encodings: planning problems and Pyomo models as one-hot blocks or QUBOs, and back."""

from quantum.encode.assembly import Assembled, Assembly
from quantum.encode.hospital import encode_rooms
from quantum.encode.model import ModelQubo, encode_model
from quantum.encode.penalty import PENALTY_RULES, penalty_weight
from quantum.encode.room_columns import RoomColumns, encode_room_columns
from quantum.encode.roster import (
    Block,
    RosterEncoding,
    encode_blocks,
    encode_direct,
    neighbourhood_blocks,
    sequence_blocks,
)

__all__ = [
    "PENALTY_RULES",
    "Assembled",
    "Assembly",
    "Block",
    "ModelQubo",
    "RoomColumns",
    "RosterEncoding",
    "encode_blocks",
    "encode_direct",
    "encode_model",
    "encode_room_columns",
    "encode_rooms",
    "neighbourhood_blocks",
    "penalty_weight",
    "sequence_blocks",
]
