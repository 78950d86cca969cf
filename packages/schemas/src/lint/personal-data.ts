import type { RecordField, RecordSchema } from "@waybill/avro";
import { elementOf, withoutNull } from "./schema-uses.ts";
import { holdsWords, wordsOf } from "./words.ts";

/** What tells of a person, word by word. */
const personalWords: readonly (readonly string[])[] = [
  "billing address",
  "account number",
  "bank account",
  "birth date",
  "birthdate",
  "birthday",
  "card number",
  "credit card",
  "cvc",
  "cvv",
  "date of birth",
  "delivery address",
  "dob",
  "driver license",
  "driving licence",
  "email",
  "ethnicity",
  "family name",
  "first name",
  "forename",
  "full name",
  "gender",
  "given name",
  "home address",
  "iban",
  "ip",
  "last name",
  "latitude",
  "longitude",
  "maiden name",
  "mobile number",
  "national id",
  "nationality",
  "passcode",
  "passport",
  "password",
  "phone",
  "postal address",
  "religion",
  "shipping address",
  "social security",
  "ssn",
  "street",
  "surname",
  "tax id",
  "telephone",
].map((name) => name.split(" "));

/** Kinds of entity that are people, whose `name` and `address` are personal. */
const people = new Set(
  "contact customer driver employee guest member passenger patient person recipient user".split(" "),
);

/** What ends in a word of a reference, or in that of a hash, and holds the datum all the same. */
const secrets: readonly (readonly string[])[] = ["national id", "passcode", "password", "tax id"].map((name) =>
  name.split(" "),
);

/** `emailId` refers to something and `emailVerified` tells about it; neither holds it. */
const references = new Set("count domain hash id sent status template type verified".split(" "));

/** Whether a field looks as if it told of a person, by its name, its type and what it belongs to. */
export function isPersonal(field: RecordField, owner: RecordSchema): boolean {
  const { type, logicalType } = elementOf(withoutNull(field.type));
  // The fields of a nested record speak for themselves.
  if (["boolean", "enum", "record"].includes(type) || logicalType?.name.includes("timestamp")) return false;
  const words = wordsOf(field.name);
  const isNamed = personalWords.some((sought) => holdsWords(words, sought));
  if (isNamed) return !references.has(words.at(-1) ?? "") || secrets.some((held) => holdsWords(words, held));
  const last = words.at(-1);
  if (last !== "name" && last !== "address") return false;
  // A bare `name` is that of what its record is named by, such as the entity of an event.
  const named = words.length === 1 ? wordsOf(owner.name) : words.slice(-2, -1);
  return named.some((word) => people.has(word));
}
