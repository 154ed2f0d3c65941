import type { Person } from '../../api/faces';
import { t } from '../../text/text.svelte';

/** From here on numbers are the user's (server/face_table.hpp). */
const ownNumbers = 1000;

export const nameOf = (person: Pick<Person, 'person' | 'name'>): string =>
  person.name ||
  (person.person >= ownNumbers ? t('faces.personNew', { number: person.person - ownNumbers + 1 }) : t('faces.person', { number: person.person }));
