"""``digitapp info``: what a model is, and what the program runs on."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from digitapp.cli.errors import BadInput
from digitapp.cli.output import JsonOption, print_json, print_table, say
from digitapp.plain import plain

_LONGEST_VALUE = 200  # characters: a record may hold any text

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("info", epilog="Example: digitapp info mnist")
def info_command(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A model file, or the name of a shipped model.", show_default=False),
    ] = None,
    system: Annotated[bool, typer.Option("--system", help="Describe versions, BLAS, CPU and directories.")] = False,
    json: JsonOption = False,
) -> None:
    """Describe a model, or the system."""
    if system == (model is not None):
        raise BadInput("info: expected either a MODEL or --system")
    if model is not None:
        facts = model_facts(model)
        print_json(facts) if json else _print_model(facts)
        return
    from digitapp.system import system_facts

    found = system_facts()
    if json:
        print_json(asdict(found))
        return
    for title, section in asdict(found).items():
        if isinstance(section, Mapping):
            say(title.capitalize() if title.islower() and title not in ("blas", "cpu") else title.upper())
            print_table([(f"  {name.replace('_', ' ')}", _text(value)) for name, value in section.items()])
    for remark in found.notes:
        say(f"Note: {remark}")


def model_facts(name_or_path: str) -> dict[str, Any]:
    """Return what `info` says about a model, as JSON values."""
    from digitapp.calibration import UNCALIBRATED
    from digitapp.modelfile import load_model, path_of_model

    path = path_of_model(name_or_path)
    model = load_model(path)
    network = model.network
    layers = [
        {"inputs": fan_in, "units": fan_out, "activation": activation, "parameters": (fan_in + 1) * fan_out}
        for fan_in, fan_out, activation in zip(network.sizes, network.sizes[1:], network.activations, strict=False)
    ]
    return {
        "name": model.name,
        "file": str(path),
        "bytes": path.stat().st_size,
        "problem": model.problem,
        "class_names": list(model.class_names),
        "preprocessing": model.preprocessing,
        "loss": model.loss,
        "sizes": list(network.sizes),
        "layers": layers,
        "parameters": network.parameter_count,
        "calibration": asdict(model.calibration) if model.calibration != UNCALIBRATED else None,
        "training": dict(model.training),
    }


def _print_model(facts: Mapping[str, Any]) -> None:
    say(f"{facts['name']}: {'-'.join(map(str, facts['sizes']))}, {facts['parameters']:,} parameters")
    rows = [("file", f"{facts['file']} ({facts['bytes'] / 1000:,.1f} kB)")]
    rows += [(name, _text(facts[name])) for name in ("problem", "class_names", "preprocessing", "loss")]
    print_table([(f"  {name.replace('_', ' ')}", value) for name, value in rows])
    say("Layers")
    layers = [
        (f"  {number}", f"{layer['inputs']} → {layer['units']}", layer["activation"], f"{layer['parameters']:,}")
        for number, layer in enumerate(facts["layers"], start=1)
    ]
    print_table([("", "units", "activation", "parameters"), *layers], right=frozenset({3}))
    calibration = facts["calibration"]
    say("Calibration" if calibration else "Calibration: none, and nothing is refused")
    print_table([(f"  {name}", _text(value)) for name, value in _flat(calibration or {})])
    say("Training" if facts["training"] else "Training: no record")
    print_table([(f"  {name}", _text(value)) for name, value in _flat(facts["training"])])


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested mappings with their path as the name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name} ")
        else:
            yield plain(f"{prefix}{name}".replace("_", " ")), value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(item) for item in value) or "none"
    if isinstance(value, Mapping):  # a finding
        return plain(str(value.get("kind", value)), _LONGEST_VALUE)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "–" if value is None else plain(str(value), _LONGEST_VALUE)
