import { type Component, mount, unmount } from "svelte";
import { preferredLanguage, setLanguage } from "$i18n";
import colors from "$charts/colors.css?inline";
import utilities from "$ui/utilities.css?inline";
import css from "./card.css?inline";
import type { ConfigForm } from "./editor";
import type { t } from "./texts";
import { type CardConfig, HOME_ASSISTANT, type HomeAssistant } from "./home-assistant";

export interface CardProps {
  config: CardConfig;
  host: HTMLElement;
}

export type CardName = keyof ReturnType<typeof t>["cards"];

export interface CardDefinition {
  /** The end of its element's name, `my-electrical-data-…`. */
  name: CardName;
  component: Component<CardProps>;
  form: () => ConfigForm | Promise<ConfigForm>;
  /** Whether it goes on while it is not in the page: Home Assistant takes a hidden card out of it. */
  livesHidden?: boolean;
  /** How many rows of a dashboard it takes, for one that is laid out before the card is drawn. */
  rows: number;
}

export const elementName = (name: CardName): string => `my-electrical-data-${name}`;

/** Make a card of Home Assistant: an element with a shadow root in which a component is mounted. */
export function defineCard({ name, component, form, rows, livesHidden = false }: CardDefinition): void {
  class CardElement extends HTMLElement {
    /** The last one that lives hidden: whatever dashboard it was made for is gone when another is shown. */
    static #last: CardElement | undefined;
    readonly #root = this.attachShadow({ mode: "open" });
    #hass: HomeAssistant | undefined;
    #config = $state.raw<CardConfig>();
    #mounted: Record<string, never> | undefined;

    static getConfigForm(): ConfigForm | Promise<ConfigForm> {
      return form();
    }

    static getStubConfig(): object {
      return {};
    }

    setConfig(config: CardConfig): void {
      this.#config = config;
      this.#show();
    }

    set hass(hass: HomeAssistant) {
      setLanguage(preferredLanguage([hass.language]));
      this.style.colorScheme = hass.themes.darkMode ? "dark" : "light";
      // the connection and the commands stay the same; what changes with each state is of no interest here
      this.#hass ??= hass;
      this.#show();
    }

    connectedCallback(): void {
      this.#show();
    }

    disconnectedCallback(): void {
      if (!livesHidden) this.#end();
    }

    #end(): void {
      if (this.#mounted) void unmount(this.#mounted);
      this.#mounted = undefined;
      this.#root.replaceChildren();
    }

    getCardSize(): number {
      return rows;
    }

    getGridOptions(): object {
      return { columns: 12, min_columns: 6 };
    }

    #show(): void {
      const hass = this.#hass;
      if (this.#mounted || !hass || !this.#config || !this.isConnected) return;
      if (livesHidden) {
        if (CardElement.#last && !CardElement.#last.isConnected) CardElement.#last.#end();
        CardElement.#last = this;
      }
      const style = document.createElement("style");
      style.textContent = colors + utilities + css;
      this.#root.append(style);
      const configOf = () => this.#config ?? { type: name };
      const props: CardProps = {
        host: this,
        get config() {
          return configOf();
        },
      };
      this.#mounted = mount(component, {
        target: this.#root,
        props,
        context: new Map([[HOME_ASSISTANT, hass]]),
      }) as Record<string, never>;
    }
  }
  if (!customElements.get(elementName(name))) customElements.define(elementName(name), CardElement);
}
