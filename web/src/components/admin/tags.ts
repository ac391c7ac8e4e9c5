import type { Tag } from '../../api/adminTypes';
import type { Pair } from './Pairs';

/** X-Ray's limits of tags. */
export const maxTags = 50;
export const tagLimits = { key: 128, value: 256 };

export const pairsOf = (tags: Tag[]): Pair[] => tags.map(({ Key, Value }) => ({ key: Key, value: Value }));

/** tagsOf leaves out the lines that nothing was written in. */
export const tagsOf = (pairs: Pair[]): Tag[] => pairs.filter(({ key, value }) => key !== '' || value !== '').map(({ key, value }) => ({ Key: key, Value: value }));
