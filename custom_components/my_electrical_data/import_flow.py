"""Steps of a meter's flow: import a file of readings, and take an import back."""

from pathlib import Path
from typing import Any, Final

import voluptuous as vol
from homeassistant.components.file_upload import process_uploaded_file
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    FileSelector,
    FileSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)

from .api import GatewayError
from .api.file_imports import FileImport
from .import_report import async_describe_report, async_label_import
from .meter_steps import MeterSteps

CONF_FILE, CONF_DIRECTION, CONF_IMPORT = "file", "direction", "import"
MOST_BYTES: Final = 20 * 1024 * 1024
_TRANSLATED_PROBLEMS: Final = {
    "another_meter",
    "computed_table",
    "damaged_file",
    "empty_file",
    "encrypted_file",
    "no_readings",
    "too_large_unpacked",
    "too_many_files",
    "too_many_rows",
    "unknown_format",
    "wrong_encoding",
}


class FileTooLargeError(Exception):
    """A file has more bytes than the gateway takes."""


class FileImportSteps(MeterSteps):
    """Nothing of a file counts before its preview was accepted."""

    _previewed: FileImport

    async def async_step_import_file(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a file and send it to the gateway."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                name, content = await self.hass.async_add_executor_job(self._read_upload, user_input[CONF_FILE])
                self._previewed = await self._client.preview_import(
                    self._point_id, content, name=name, direction=user_input[CONF_DIRECTION]
                )
                return await self.async_step_preview()
            except FileTooLargeError:
                errors = {CONF_FILE: "import_too_large"}
            except ValueError:  # an upload is deleted once it was read
                errors = {CONF_FILE: "import_gone"}
            except GatewayError as error:
                known = error.problem in _TRANSLATED_PROBLEMS
                errors = {CONF_FILE: f"import_{error.problem}"} if known else {"base": error.code}
        fields: dict[Any, Any] = {
            vol.Required(CONF_FILE): FileSelector(FileSelectorConfig(accept=".csv,.txt,.xlsx,.zip")),
            vol.Required(CONF_DIRECTION, default="consumption"): SelectSelector(
                SelectSelectorConfig(options=["consumption", "production"], translation_key="import_direction")
            ),
        }
        schema: Any = vol.Schema(fields)
        return self.async_show_form(step_id="import_file", data_schema=schema, errors=errors)

    async def async_step_preview(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what the file would add, and have it count once that was accepted."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await self._client.accept_import(self._point_id, self._previewed.id)
                return self.async_abort(reason="import_accepted")
            except GatewayError as error:
                errors = {"base": error.code}
        report = self._previewed.report
        if not report.days.get("new"):
            return self.async_abort(
                reason="nothing_to_import",
                description_placeholders={"report": await async_describe_report(self.hass, report)},
            )
        return self.async_show_form(
            step_id="preview",
            errors=errors,
            description_placeholders={"report": await async_describe_report(self.hass, report)},
        )

    async def async_step_take_back(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask which import to take back."""
        try:
            if user_input is not None:
                await self._client.take_back_import(self._point_id, user_input[CONF_IMPORT])
                return self.async_abort(reason="import_taken_back")
            given = await self._client.fetch_imports(self._point_id)
        except GatewayError:
            return self.async_abort(reason="gateway_failed")
        options = [
            SelectOptionDict(value=each.id, label=await async_label_import(self.hass, each))
            for each in given
            if each.status == "accepted"
        ]
        if not options:
            return self.async_abort(reason="no_imports")
        schema: Any = vol.Schema({vol.Required(CONF_IMPORT): SelectSelector(SelectSelectorConfig(options=options))})
        return self.async_show_form(step_id="take_back", data_schema=schema)

    def _read_upload(self, upload: str) -> tuple[str, bytes]:
        """Return name and content of an uploaded file. Raises FileTooLargeError. Blocks."""
        with process_uploaded_file(self.hass, upload) as path:
            return path.name, read_limited(path)


def read_limited(path: Path) -> bytes:
    """Return the content of a file. Raises OSError, and FileTooLargeError. Blocks."""
    if path.stat().st_size > MOST_BYTES:
        raise FileTooLargeError
    return path.read_bytes()
