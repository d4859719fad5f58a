import { listMeters } from "./commands";
import { pageHomeAssistant } from "./home-assistant";
import { t } from "./texts";

/** A form as Home Assistant's card editor draws it. */
export interface ConfigForm {
  schema: { name: string; selector: object }[];
  computeLabel: (field: { name: string }) => string;
  computeHelper: (field: { name: string }) => string | undefined;
}

const named = (texts: Readonly<Record<string, string>>, name: string): string | undefined => texts[name];

function buildForm(schema: ConfigForm["schema"]): ConfigForm {
  return {
    schema,
    computeLabel: ({ name }) => named(t().fields, name) ?? name,
    computeHelper: ({ name }) => named(t().help, name),
  };
}

const TITLE = { name: "title", selector: { text: {} } };

/** The form of a card that shows no meter. */
export const titleForm = (): ConfigForm => buildForm([TITLE]);

/** The form of a card that shows a meter, and more fields. */
export async function meterForm(...more: ConfigForm["schema"]): Promise<ConfigForm> {
  const hass = pageHomeAssistant();
  const meters = hass ? await listMeters(hass) : [];
  const options = meters.map(({ id, name }) => ({ value: id, label: name }));
  return buildForm([TITLE, { name: "meter", selector: { select: { mode: "dropdown", options } } }, ...more]);
}

export const HOURS = {
  name: "hours",
  selector: { number: { min: 0.5, max: 12, step: 0.5, mode: "box", unit_of_measurement: "h" } },
};
