"""Measure MNIST's training images and write the table that the doctor of the Draw page compares with.

    python scripts/measure_digits.py [--data-dir FOLDER] [--out data/digit_measures.csv]

All 60,000 training images are measured, the test images are not looked at. The same files give the same table.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

import numpy as np

from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.mnist import find_mnist, load_mnist
from digitapp.inspection.digit_measures import TABLE_NAME, table_rows

REPOSITORY = Path(__file__).resolve().parent.parent


def main() -> None:
    """Read, measure, write."""
    parser = argparse.ArgumentParser(description="Measure MNIST's training images.")
    parser.add_argument("--data-dir", type=Path, help="where MNIST's files lie")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "data" / TABLE_NAME)
    arguments = parser.parse_args()
    dataset = load_mnist(find_mnist(arguments.data_dir))
    parts = [part for part in (dataset.train, dataset.validation) if part is not None]
    inputs, labels = np.concatenate([part.inputs for part in parts]), np.concatenate([part.labels for part in parts])
    pictures = inputs.reshape(-1, dataset.problem.rows, dataset.problem.columns)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table_rows(pictures, labels))
    atomic_write_bytes(arguments.out, text.getvalue().encode())
    print(f"{len(labels):,} images measured: {arguments.out}")


if __name__ == "__main__":
    main()
