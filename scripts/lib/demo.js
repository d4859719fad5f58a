/**
 * Loaded by every page of the demo's Home Assistant: Energy opens on days that have data, all is in the browser's language.
 * Yesterday's hours are published during the morning.
 */
const PERIOD = "energy-default-period-_energy_dashboard";
const OURS = ["yesterday", "now-7d", null];
if (OURS.includes(localStorage.getItem(PERIOD))) {
  localStorage.setItem(PERIOD, new Date().getHours() < 11 ? "now-7d" : "yesterday");
}

/** Names of entities are in the language of Home Assistant itself; it tells them again when the integration is reloaded. */
async function followBrowser(hass) {
  const language = navigator.language.startsWith("fr") ? "fr" : "en";
  if (hass.config.language === language) {
    document.documentElement.dataset.follows = language; // it is not loaded again
    return;
  }
  await hass.callWS({ type: "config/core/update", language });
  for (const { entry_id } of await hass.callWS({ type: "config_entries/get", domain: "my_electrical_data" })) {
    await hass.callApi("POST", `config/config_entries/entry/${entry_id}/reload`);
  }
  location.reload();
}

const waiting = setInterval(() => {
  const { hass } = document.querySelector("home-assistant") ?? {};
  if (!hass?.config || !hass.user) return;
  clearInterval(waiting);
  void followBrowser(hass);
}, 200);
