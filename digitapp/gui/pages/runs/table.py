"""The table of runs: what is under the pointer and the keys, and how wide its columns are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.pages.runs.cells import PADDING, ROW_HEIGHT, Curve, RunCells
from digitapp.gui.pages.runs.model import RunsModel
from digitapp.gui.pages.runs.rows import Column, Order, Row
from digitapp.gui.widgets import FocusRing

_HEADER_HEIGHT = 36
_LEAST_NAME, _LEAST_DIFFERS = 168, 110
_SHARE_OF_NAME = 0.6  # of what the columns of figures leave
_NARROW = 700  # below it the columns go that say least
_FIRST_FALLS = (Column.BEST, Column.CURVE, Column.STARTED)


class _Header(QHeaderView):
    """Titles in the page's type, with an arrow on the column by which rows are sorted."""

    def __init__(self, model: RunsModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._runs = model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(theme.scaled(_HEADER_HEIGHT))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(theme.scaled(32))
        self.viewport().setAutoFillBackground(False)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's own name
        p, column = theme.current().palette, Column(logicalIndex)
        painter.save()
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), p.border)
        text = "" if column is Column.CURVE else self._runs.title_of(column)
        font = theme.font("caption-strong")
        painter.setFont(font)
        painter.setPen(p.text2)
        left = theme.scaled(PADDING + 4 + 16 + 10) if column is Column.NAME else theme.scaled(6)
        place = rect.adjusted(left, 0, -theme.scaled(6), 0)
        is_right = column in (Column.BEST, Column.TIME, Column.STARTED)
        order, arrow = self._runs.order, theme.scaled(12)
        is_sorted = order.column is column
        if is_sorted and is_right:
            place.adjust(0, 0, -arrow - 2, 0)
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
        if is_sorted:
            x = place.right() + 3 if is_right else place.left() + QFontMetrics(font).horizontalAdvance(shown) + 4
            icon = "chevron-down" if order.is_falling else "chevron-up"
            paint_icon(painter, icon, QPoint(x, rect.center().y() - arrow // 2 + 1), arrow, p.text2)
        painter.restore()


class RunsTable(QTableView):
    """Lists runs; Space chooses one, Enter opens it, Right and Left unfold it, F2 names it, Delete deletes it.

    Signals
    -------
    opened(Row), delete_wanted(Row) : by key or double click
    menu_wanted(Row, QPoint) : what can be done with it is asked for, there on the screen
    sort_wanted(Order) : by a click on a title
    named : a name is not being typed any more
    current_changed(object) : the row that the keys are about, None for none
    """

    opened = Signal(object)
    delete_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    sort_wanted = Signal(object)
    named = Signal()
    current_changed = Signal(object)

    def __init__(self, model: RunsModel, curve: Curve, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runsTable")
        self.setAccessibleName(self.tr("Runs"))
        self.runs = model
        self.cells = RunCells(model, curve, self)
        self.setModel(model)
        self.setItemDelegate(self.cells)
        self.cells.closeEditor.connect(self.named, Qt.ConnectionType.QueuedConnection)
        header = _Header(model, self)
        header.setModel(model)
        self.setHorizontalHeader(header)
        header.sectionClicked.connect(self._on_title_clicked)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(1)
        vertical.setDefaultSectionSize(theme.scaled(ROW_HEIGHT))
        self.setProperty("kit", "table")
        self._kept = ""
        FocusRing(self, theme.CARD_RADIUS - 2)
        model.modelAboutToBeReset.connect(self._keep_current)
        model.modelReset.connect(self._restore_current)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)

    # The row that the keys are about

    @property
    def current(self) -> Row | None:
        """The row that the keys are about."""
        place = self.currentIndex().row()
        return self.runs.rows[place] if 0 <= place < len(self.runs.rows) else None

    @property
    def is_naming(self) -> bool:
        """Whether a name is being typed: other rows would take it away."""
        return self.state() is QAbstractItemView.State.EditingState

    def go_to(self, key: str) -> None:
        """Go to the row with a key, if it is shown."""
        place = self.runs.place_of(key)
        if place >= 0:
            index = self.runs.index(place, Column.NAME)
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
            self.scrollTo(index)

    @Slot()
    def _keep_current(self) -> None:
        row = self.current
        self._kept = row.key if row is not None else self._kept

    @Slot()
    def _restore_current(self) -> None:
        """Go to the row of before, or to the first where that is not shown any more."""
        self.go_to(self._kept)
        if self.current is None and self.runs.rows:
            self.go_to(self.runs.rows[0].key)
        self.current_changed.emit(self.current)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.current_changed.emit(self.current)

    # What the user does

    @Slot(int)
    def _on_title_clicked(self, section: int) -> None:
        column, order = Column(section), self.runs.order
        if column is Column.DIFFERS:
            return  # there is no order among settings
        falls = not order.is_falling if column is order.column else column in _FIRST_FALLS
        self.sort_wanted.emit(Order(column, falls))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key = self.current, event.key()
        if row is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self.toggle(row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit(row)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self._fold_by_key(row, is_open=key == Qt.Key.Key_Right)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit(row)
        elif key == Qt.Key.Key_F2:
            self.edit_name(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        point = self.viewport().mapFrom(self, event.pos())
        index = self.indexAt(point) if by_mouse else self.currentIndex()
        if index.isValid():
            row = self.runs.rows[index.row()]
            self.go_to(row.key)
            place = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            self.menu_wanted.emit(row, place)

    def keyboardSearch(self, search: str) -> None:
        """Letters are for the field that filters."""

    def toggle(self, row: Row) -> None:
        """Choose a row, or no longer."""
        self.runs.choose(row, is_chosen=self.runs.mark_of(row) is None)

    def edit_name(self, row: Row) -> None:
        """Let the name of a row be typed."""
        place = self.runs.place_of(row.key)
        if place >= 0:
            self.edit(self.runs.index(place, Column.NAME))

    def _fold_by_key(self, row: Row, *, is_open: bool) -> None:
        if row.is_many:
            self.runs.fold(row, is_open=is_open)
        elif row.line is not None and not is_open:
            self.go_to(Row(row.experiment).key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._press(event.position().toPoint()):
            event.accept()
            return
        super().mousePressEvent(event)

    def _press(self, point: QPoint) -> bool:
        """Do what the part of a name's cell is for that was pressed; return whether it was one."""
        index = self.indexAt(point)
        if not index.isValid() or index.column() != Column.NAME:
            return False
        row, cell = self.runs.rows[index.row()], self.visualRect(index)
        box = self.cells.box_of(cell, row)
        if cell.left() <= point.x() <= box.right() + 5:
            self.go_to(row.key)
            self.toggle(row)
            return True
        if row.is_many and self.cells.seeds_of(cell, row).contains(point):
            self.go_to(row.key)
            self.runs.fold(row, is_open=not self.runs.is_unfolded(row))
            return True
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        if not index.isValid():
            return
        if not self._press(point):
            self.opened.emit(self.runs.rows[index.row()])

    # The room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Give every column of figures what it needs, and the rest to names and differences."""
        width = self.viewport().width()
        is_narrow = width < theme.scaled(_NARROW)
        needs, least = _needs(), theme.scaled(_LEAST_NAME + _LEAST_DIFFERS)
        going = (Column.PROBLEM, Column.TIME) if is_narrow else ()
        for column in (*going, Column.CURVE, Column.STARTED, Column.PROBLEM, Column.TIME, Column.NETWORK):
            if column in going or width - sum(needs.values()) < least:
                needs.pop(column, None)
        for column in Column:
            is_there = column in needs or column in (Column.NAME, Column.DIFFERS)
            self.setColumnHidden(column, not is_there)
        rest = max(width - sum(needs.values()), least)
        name = max(theme.scaled(_LEAST_NAME), round(_SHARE_OF_NAME * rest))
        for column, need in {**needs, Column.NAME: name, Column.DIFFERS: rest - name}.items():
            self.setColumnWidth(column, need)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._share()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self.current is not None:
            self._paint_current()

    def _paint_current(self) -> None:
        """Show which row the keys are about, by more than its ground."""
        place = self.visualRect(self.currentIndex().siblingAtColumn(Column.NAME))
        bar = QRect(0, place.top(), 3, place.height() - 1)
        QPainter(self.viewport()).fillRect(bar, theme.current().palette.accent)


def _needs() -> dict[Column, int]:
    """Return how wide the columns are that hold the same everywhere."""
    title = QFontMetrics(theme.font("caption-strong"))
    caption, strong = (
        QFontMetrics(theme.tabular(theme.font("caption"))),
        QFontMetrics(theme.tabular(theme.font("section"))),
    )
    gap = theme.scaled(12)
    return {
        Column.PROBLEM: title.horizontalAdvance("Problem") + gap + 2,
        Column.NETWORK: caption.horizontalAdvance("784-128-10") + gap,
        Column.BEST: strong.horizontalAdvance("96.83 ± 0.19 %") + gap,
        Column.CURVE: theme.scaled(68),
        Column.TIME: caption.horizontalAdvance("88.8 min") + gap,
        Column.STARTED: caption.horizontalAdvance("today 88:88") + 2 * gap,
    }
