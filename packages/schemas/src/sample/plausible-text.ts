import type { Random } from "./random.ts";

type Choice = (random: Random) => string;

function oneOf(...texts: readonly [string, ...string[]]): Choice {
  return (random) => random.pick(texts);
}

const firstName = oneOf("Ada", "Bilal", "Chiara", "Dilan", "Emeka", "Freya", "Goran", "Hana");
const lastName = oneOf("Okafor", "Lindqvist", "Meyer", "Rossi", "Tanaka", "Novak", "Silva", "Haddad");
const digits =
  (length: number): Choice =>
  (random) =>
    Array.from({ length }, () => random.integer(0, 9)).join("");
/** Without those that are taken for one another. */
const codeLetters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const code =
  (length: number): Choice =>
  (random) =>
    Array.from({ length }, () => codeLetters.charAt(random.integer(0, codeLetters.length - 1))).join("");

/**
 * What a field's words say about its text; the first that fits is taken. Addresses, numbers and hosts are of the
 * ranges that are kept free for examples (RFC 2606, RFC 5737, and the North American 555-01xx).
 */
const choices: readonly (readonly [RegExp, Choice])[] = [
  [/\bemail\b|\bmail$/, (random) => `${firstName(random)}.${lastName(random)}@example.com`.toLowerCase()],
  [/\bcurrency\b/, oneOf("EUR", "USD", "GBP", "CHF", "SEK")],
  [/\bcountry\b/, oneOf("DE", "FR", "US", "GB", "SE", "IT")],
  [/\b(locale|language)\b/, oneOf("en-GB", "de-DE", "fr-FR", "sv-SE")],
  [/\b(time ?zone)\b/, oneOf("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")],
  [/\b(first|given) name\b/, firstName],
  [/\b(last|family) name\b|\bsurname\b/, lastName],
  [/\b(user|customer|full|display|recipient|contact) name\b/, (random) => `${firstName(random)} ${lastName(random)}`],
  [/\buser ?name\b|\blogin\b/, (random) => `${firstName(random).toLowerCase()}${random.integer(1, 99)}`],
  [/\bcity\b/, oneOf("Berlin", "Lyon", "Boston", "Leeds", "Malmö", "Torino")],
  [
    /\b(street|address|line ?1)\b/,
    (random) => `${random.pick(["Mill Lane", "Harbour Road", "Elm Street"])} ${random.integer(1, 120)}`,
  ],
  [/\b(postal|post|zip) ?code\b|\bzip\b/, digits(5)],
  [/\b(phone|mobile|telephone)\b/, (random) => `+120255501${digits(2)(random)}`],
  [/\b(url|uri|link|href)\b/, (random) => `https://example.com/${code(8)(random).toLowerCase()}`],
  [/\b(host|hostname|domain)\b/, oneOf("shop.example.com", "api.example.com")],
  [/\bip\b/, (random) => `192.0.2.${random.integer(1, 254)}`],
  [/\b(carrier)\b/, oneOf("DHL", "UPS", "FedEx", "DPD")],
  [/\b(tracking|barcode)\b/, (random) => `TRK${digits(10)(random)}`],
  [/\b(sku|article)\b/, (random) => `SKU-${digits(5)(random)}`],
  [/\b(hash|checksum|digest|token)\b/, (random) => Buffer.from(random.bytes(16)).toString("hex")],
  [/\b(status|state)\b/, oneOf("pending", "active", "done")],
  [/\b(colour|color)\b/, oneOf("red", "green", "blue", "black")],
  [
    /\b(reason|note|comment|message|description|text|cause)\b/,
    oneOf("Asked for by the customer.", "Out of stock.", "Checked twice.", "As agreed on the phone."),
  ],
  [/\b(title|name|label)\b/, oneOf("Walnut desk", "Desk lamp", "Reading chair", "Book shelf", "Wool rug")],
  [/\b(type|kind|category|method|channel)\b/, oneOf("standard", "express", "other")],
  [/\b(version)\b/, (random) => `1.${random.integer(0, 9)}.${random.integer(0, 20)}`],
  [/\b(id|key|number|reference|code)$/, code(10)],
];

/** Any other text. */
const word = oneOf("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven");

/** @param words the name of a field as {@link wordsOf} splits it */
export function plausibleText(random: Random, words: string): string {
  const [, choice] = choices.find(([pattern]) => pattern.test(words)) ?? [];
  return (choice ?? word)(random);
}

/** `unitPrice`, `unit_price` and `UnitPrice` as `unit price`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replaceAll("_", " ")
    .trim()
    .toLowerCase();
}
