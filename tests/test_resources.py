"""What ships is found from anywhere; what is the user's lies where it should."""

from pathlib import Path

from digitapp import resources


def test_in_a_checkout_what_ships_stands_beside_the_package(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert (resources.shipped_data_dir() / "toy_4x3.csv").is_file()
    assert resources.shipped_models_dir().is_dir()
    assert resources.shipped_models_dir().is_absolute()


def test_in_a_wheel_what_ships_stands_inside_the_package(monkeypatch, tmp_path):
    package = tmp_path / "site-packages" / "digitapp"
    (package / "_shipped" / "models").mkdir(parents=True)
    (package / "_shipped" / "data").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.shipped_models_dir() == package / "_shipped" / "models"
    assert resources.shipped_data_dir() == package / "_shipped" / "data"


def test_the_order_of_the_data_folders(monkeypatch):
    monkeypatch.setenv(resources.DATA_DIR_VARIABLE, "from/environment")
    assert resources.data_dirs("given") == (Path("given"), Path("from/environment"), resources.user_data_dir())
    assert resources.data_dirs() == (Path("from/environment"), resources.user_data_dir())
    monkeypatch.setenv(resources.DATA_DIR_VARIABLE, "")
    assert resources.data_dirs() == (resources.user_data_dir(),)


def test_the_users_folder_is_that_of_the_program():
    assert resources.user_data_dir().is_absolute()
    assert resources.user_data_dir().name == "digitapp"
