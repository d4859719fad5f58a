import { getContext } from "svelte";

/** What the cards use of Home Assistant's front end, which has no package of types. */
export interface Connection {
  subscribeMessage<Message>(
    callback: (message: Message) => void,
    command: Record<string, unknown>,
  ): Promise<() => Promise<void>>;
}

export interface HomeAssistant {
  language: string;
  themes: { darkMode: boolean };
  connection: Connection;
  callWS<Answer>(command: Record<string, unknown>): Promise<Answer>;
}

/** A card's configuration as it stands in a dashboard. */
export interface CardConfig {
  type: string;
  title?: string;
  /** The public id of a usage point; the first meter unless told. */
  meter?: string;
  /** The length of the cheapest window. */
  hours?: number;
}

export const HOME_ASSISTANT = Symbol("Home Assistant");

/** Home Assistant, inside a card. Call it while a component is made. */
export const homeAssistant = (): HomeAssistant => getContext(HOME_ASSISTANT);

/** Home Assistant as the page holds it: for texts and forms that are asked of a class and not of a card. */
export function pageHomeAssistant(): HomeAssistant | undefined {
  const root = document.querySelector<HTMLElement & { hass?: HomeAssistant }>("home-assistant");
  return root?.hass;
}

declare global {
  interface Window {
    customCards?: object[];
    customStrategies?: object[];
  }
}
