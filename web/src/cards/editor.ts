import { listMeters } from "./commands";
import { pageHomeAssistant } from "./home-assistant";
import { t } from "./texts";

interface Field {
  name: keyof ReturnType<typeof t>["fields"];
  selector: object;
}
/** A form as Home Assistant's card editor draws it. */
export interface ConfigForm {
  schema: Field[];
  computeLabel: (field: Field) => string;
  computeHelper: (field: Field) => string;
}

const buildForm = (schema: Field[]): ConfigForm => ({
  schema,
  computeLabel: ({ name }) => t().fields[name],
  computeHelper: ({ name }) => t().help[name],
});

const TITLE: Field = { name: "title", selector: { text: {} } };

/** The form of a card that shows no meter. */
export const titleForm = (): ConfigForm => buildForm([TITLE]);

/** The form of a card that shows a meter, and more fields. */
export async function meterForm(...more: Field[]): Promise<ConfigForm> {
  const hass = pageHomeAssistant();
  const meters = hass ? await listMeters(hass) : [];
  const options = meters.map(({ id, name }) => ({ value: id, label: name }));
  return buildForm([TITLE, { name: "meter", selector: { select: { mode: "dropdown", options } } }, ...more]);
}

export const HOURS: Field = {
  name: "hours",
  selector: { number: { min: 0.5, max: 12, step: 0.5, mode: "box", unit_of_measurement: "h" } },
};
