/**
 * Assumed limits of targets. No vendor document states them; they are wide enough for every seed name and catch values
 * that no database column for titles holds.
 */
export const ASSUMED = {
  /** Characters of an entity's title. */
  titleLength: 1000,
  /** Characters of an identifier's type and of its value. */
  identifierTypeLength: 250,
  identifierLength: 1000,
  /** Characters of a security tag and of a policy name. */
  nameLength: 250,
} as const;
