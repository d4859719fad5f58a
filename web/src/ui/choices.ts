/** Texts as options of `Choice` and `Select`: each value with its name. */
export const toChoices = <Value extends string>(texts: Readonly<Record<Value, string>>): [Value, string][] =>
  Object.entries(texts) as [Value, string][];
