import Button from '@cloudscape-design/components/button';
import Multiselect from '@cloudscape-design/components/multiselect';
import { useState } from 'react';
import { allAnnotations } from '../../url/analytics';
import { countOf } from '../../util/format';
import type { PartProps } from './Charts';
import { figureOf, figureOfA, tablesFor } from './rows';
import { ValueTable } from './ValueTable';
import { attributeTitle, fixedAttributes, isAnnotation } from './words';

/** optionsOf are the attributes that can be chosen, with their names. */
export const optionsOf = (attributes: string[]): { value: string; label: string }[] => [...new Set(attributes)].map((value) => ({ value, label: attributeTitle(value) }));

/** A page of thirty tables helps nobody: further ones are shown on demand. */
const firstTables = 12;

/** Both sets by the values of the attributes that are chosen. */
export const Tables = ({ place, data: { answer, compared } }: PartProps) => {
  const { tables } = place.state;
  const [all, setAll] = useState(false);
  const shown = tablesFor(answer.Tables, tables);
  const annotations = answer.Tables.map(({ Attribute }) => Attribute).filter(isAnnotation);
  const options = optionsOf([...fixedAttributes, allAnnotations, ...annotations, ...tables]);
  return (
    <section className="rs-section" aria-labelledby="values">
      <div className="rs-section-head">
        <h2 className="rs-h2" id="values">
          Requests by value
        </h2>
        <div className="rs-section-choice">
          <Multiselect
            ariaLabel="Tables to show"
            placeholder={`${countOf(tables.length, 'table')} chosen`}
            selectedOptions={options.filter(({ value }) => tables.includes(value))}
            options={options}
            filteringType="auto"
            filteringAriaLabel="Find an attribute"
            hideTokens
            onChange={({ detail }) => place.change({ tables: detail.selectedOptions.flatMap(({ value }) => (value === undefined ? [] : [value])) }, { replace: true })}
          />
        </div>
      </div>
      {answer.KeysLeftOut > 0 && <p className="rs-note">There are more annotations than fit: {countOf(answer.KeysLeftOut, 'occurrence')} of further keys were left out.</p>}
      <div className="rs-valuetables">
        {shown.slice(0, all ? undefined : firstTables).map((table) => (
          <ValueTable key={table.Attribute} table={table} columns={compared ? figureOfA : figureOf} place={place} />
        ))}
      </div>
      {shown.length > firstTables && !all && (
        <div>
          <Button onClick={() => setAll(true)}>Show {countOf(shown.length - firstTables, 'more table')}</Button>
        </div>
      )}
    </section>
  );
};
