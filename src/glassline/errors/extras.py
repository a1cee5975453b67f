"""The optional libraries, and what each of them is for."""

from __future__ import annotations

__all__ = ["EXTRAS"]

EXTRAS = {
    "analytics": "Reading Parquet needs DuckDB. Install it",
    "cloud": "Photos at an address need fsspec and the file system of it. Install them",
    "cnn": "A network front needs onnx and ONNX Runtime. Install them",
    "cnn-train": "Exporting a network of timm needs PyTorch. Install it",
    "mqtt": "Telling an MQTT broker needs aiomqtt. Install it",
    "onnx": "Exporting to ONNX needs onnx and ONNX Runtime. Install them",
    "opcua": "Serving results over OPC UA needs asyncua. Install it",
    "postgres": "Records in PostgreSQL need psycopg. Install it",
    "ray": "A batch on many machines needs Ray. Install it",
    "server": "The service needs FastAPI and uvicorn. Install them",
    "vlm": "A vlm front needs httpx2. Install it",
    "xlsx": "Writing a spreadsheet needs XlsxWriter. Install it",
}
"""What each extra is for, and what it brings."""
