// The page's words come with it, translated by the server, in a data attribute: {key: "text with {names}"}.

/**
 * @param {Object<string, string>} catalogue keys to texts; `key_one` and `key_other` where a number decides
 * @param {string} language of the page, as in its lang attribute
 */
export function speaker(catalogue, language) {
  const plural = new Intl.PluralRules(language);
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

  function say(key, values = {}) {
    const text = catalogue[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  }
  return {
    language,
    say,
    /** `count(key, 3, {…})` picks key_one or key_other and gives it {n}. */
    count: (key, n, values = {}) => say(`${key}_${plural.select(n) === "one" ? "one" : "other"}`, { n: whole.format(n), ...values }),
    whole: (n) => whole.format(n),
    tenth: (n) => tenth.format(n),
    /** Never 100 % while somebody is left out, nor 0 % while somebody is covered. */
    percent: (share) => percent.format(share > 0.99 && share < 1 ? 0.99 : share > 0 && share < 0.01 ? 0.01 : share),
    signed: (n) => (n > 0 ? "+" : n < 0 ? "−" : "±") + whole.format(Math.abs(n)),
    /** The name of a kind, profile, standard or rule in the page's language. */
    name: (thing) => (language.startsWith("zh") ? thing.zh || thing.en : thing.en || thing.zh) || thing.key,
  };
}
