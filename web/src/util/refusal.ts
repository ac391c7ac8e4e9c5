import { ApiError } from '../api/client';

/** A field of a form, and how the server's sentences name it. */
export interface Field {
  name: string;
  named: RegExp;
}

export interface Refusal {
  /** The field that is meant; null where the form as a whole is. */
  field: string | null;
  text: string;
}

/** fieldsOf are fields that the server names as they are called in a request. */
export const fieldsOf = (...names: string[]): Field[] => names.map((name) => ({ name, named: new RegExp(`\\b${name}\\b`) }));

/** refusalOf says which field of a form a failure is about: the one that is named first in what the server said. */
export const refusalOf = (error: Error | null, fields: Field[]): Refusal | null => {
  if (error === null) return null;
  const said = error instanceof ApiError ? error.said : '';
  if (said === '') return { field: null, text: error.message };
  const places = fields.map(({ name, named }) => ({ name, at: said.search(named) })).filter(({ at }) => at >= 0);
  const first = places.sort((a, b) => a.at - b.at)[0];
  return { field: first?.name ?? null, text: said };
};
