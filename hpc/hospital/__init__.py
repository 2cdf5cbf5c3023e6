"""Joint search of hospitals over ranks."""
