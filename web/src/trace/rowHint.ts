import type { Entity } from './entity';
import { asObject, asText } from '../util/json';
import { shortName } from '../util/nodeType';

const pathOf = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]+(?=\/)/i, '').replace(/[?#].*$/, '');

const resourceKeys = ['table_name', 'queue_url', 'topic_arn', 'bucket_name', 'bucket', 'function_name'];

const awsHint = (entity: Entity): string => {
  const aws = asObject(entity.doc['aws']);
  const operation = asText(aws?.['operation']);
  const resource = resourceKeys.map((key) => asText(aws?.[key])).find((name) => name !== null);
  return [operation, resource == null ? null : shortName(resource)].filter((part) => part !== null).join(' ');
};

/** rowHint says in few words what an entity did: the statement, the AWS operation, the HTTP request. */
export const rowHint = (entity: Entity): string => {
  const query = asText(asObject(entity.doc['sql'])?.['sanitized_query']);
  if (query !== null) return query.replace(/\s+/g, ' ');
  const aws = entity.isSegment ? '' : awsHint(entity);
  if (aws !== '') return aws;
  const { method, url } = entity.http;
  return [method, url === null ? null : pathOf(url)].filter((part) => part !== null).join(' ');
};
