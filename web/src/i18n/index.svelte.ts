/**
 * The languages of the front end, with their own names. If one is added here, every dictionary that lacks it fails to
 * compile.
 */
const named = [
  ["en", "English"],
  ["fr", "Français"],
] as const;
export type Language = (typeof named)[number][0];
export const languages = Object.fromEntries(named) as Record<Language, string>;

type ForEach<Languages extends readonly unknown[], Text> = { readonly [Place in keyof Languages]: Text };
/** A text in each language, in the order of `named`. */
type InEach<Text> = ForEach<typeof named, Text>;
type Write = (...parameters: never[]) => string;
interface Texts {
  readonly [key: string]: InEach<string> | InEach<readonly string[]> | InEach<Write> | Texts;
}
/** The names of a text's placeholders: `day` and `count` of "{day}: {count} hours". */
type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;
/** The placeholders that the text of some language lacks. */
type Lacking<Pair extends readonly string[]> = {
  [Place in keyof Pair]: Exclude<Placeholder<Pair[number]>, Placeholder<Pair[Place]>>;
}[number];
/** The texts, or an error where a language lacks a placeholder of another. */
type Complete<T> = {
  readonly [Key in keyof T]: T[Key] extends InEach<string>
    ? [Lacking<T[Key]>] extends [never]
      ? T[Key]
      : { lacks: Lacking<T[Key]> }
    : T[Key] extends readonly unknown[]
      ? T[Key]
      : Complete<T[Key]>;
};
type Values<Name extends string> = Readonly<Record<Name, string>>;
type Fill<Name extends string> = [Name] extends [never] ? string : (values: Values<Name>) => string;
/** The same texts in one language. */
type Chosen<T> = {
  readonly [Key in keyof T]: T[Key] extends InEach<string>
    ? Fill<Placeholder<T[Key][number]>>
    : T[Key] extends InEach<readonly string[]>
      ? readonly string[]
      : T[Key] extends InEach<infer Text>
        ? Text
        : Chosen<T[Key]>;
};

const codes = Object.keys(languages) as Language[];
export const isLanguage = (name: string): name is Language => name in languages;

/** The first of the browser's languages that is supported. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

let current = $state<Language>(preferredLanguage(typeof navigator === "undefined" ? [] : navigator.languages));

/** The current language, a rune's value. */
export const language = (): Language => current;

export function setLanguage(chosen: Language): void {
  current = chosen;
}

/** In French, some signs are preceded by a space at which the line must not break. */
const joinSigns = (text: string): string => text.replaceAll(/ (?=[:;?!»])|(?<=«) /g, "\u00a0");

type AnyText = string | readonly string[] | Write;

function typeset(text: AnyText): AnyText {
  if (typeof text === "string") return joinSigns(text);
  return typeof text === "function" ? (...parameters) => joinSigns(text(...parameters)) : text.map(joinSigns);
}

/** Turn a text with placeholders into a function that fills them. */
function toFunction(text: AnyText): AnyText {
  if (typeof text !== "string" || !text.includes("{")) return text;
  return (values: Values<string>) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

function choose(texts: Texts, wanted: Language): object {
  const place = codes.indexOf(wanted);
  const pick = ([key, text]: [string, Texts[string]]) => {
    if (!Array.isArray(text)) return [key, choose(text as Texts, wanted)];
    const found = toFunction(text[place]);
    return [key, wanted === "fr" ? typeset(found) : found];
  };
  return Object.fromEntries(Object.entries(texts).map(pick));
}

/**
 * Texts in every language; call the result to get those in the current language. A text is a string, a string with
 * placeholders, a list of strings, or a function where the wording depends on a value.
 *
 * `const t = dictionary({ days: ["{count} days", "{count} jours"] }); t().days({ count: "3" })`
 */
export function dictionary<const T extends Texts>(texts: T & Complete<T>): () => Chosen<T> {
  const chosen: Partial<Record<Language, Chosen<T>>> = {};
  return () => (chosen[current] ??= choose(texts, current) as Chosen<T>);
}
