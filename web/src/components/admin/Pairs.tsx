import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Input from '@cloudscape-design/components/input';

export interface Pair {
  key: string;
  value: string;
}

interface PairsProps {
  pairs: Pair[];
  onChange: (pairs: Pair[]) => void;
  most: number;
  /** What a pair is called: "tag". */
  noun: string;
  /** How long keys and values may be. */
  limits: { key: number; value: number };
}

/** Names with values that are added and removed one by one: tags and attributes. */
export const Pairs = ({ pairs, onChange, most, noun, limits }: PairsProps) => {
  const edit = (at: number, patch: Partial<Pair>): void => onChange(pairs.map((pair, i) => (i === at ? { ...pair, ...patch } : pair)));
  const wrong = (text: string, limit: number): string | null => (text.length > limit ? `At most ${limit} characters.` : null);
  const twice = ({ key }: Pair): boolean => key !== '' && pairs.filter((pair) => pair.key === key).length > 1;
  return (
    <AttributeEditor<Pair>
      items={pairs}
      addButtonText={`Add ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`}
      removeButtonText="Remove"
      removeButtonAriaLabel={({ key }) => `Remove ${noun} ${key}`}
      disableAddButton={pairs.length >= most}
      additionalInfo={pairs.length >= most ? `${most} is the most.` : undefined}
      empty=""
      onAddButtonClick={() => onChange([...pairs, { key: '', value: '' }])}
      onRemoveButtonClick={({ detail }) => onChange(pairs.filter((_, i) => i !== detail.itemIndex))}
      definition={[
        {
          label: 'Key',
          control: (pair, i) => <Input value={pair.key} ariaRequired onChange={({ detail }) => edit(i, { key: detail.value })} />,
          errorText: (pair) => (twice(pair) ? 'This key is there twice.' : wrong(pair.key, limits.key)),
        },
        {
          label: 'Value',
          control: (pair, i) => <Input value={pair.value} onChange={({ detail }) => edit(i, { value: detail.value })} />,
          errorText: (pair) => wrong(pair.value, limits.value),
        },
      ]}
    />
  );
};
