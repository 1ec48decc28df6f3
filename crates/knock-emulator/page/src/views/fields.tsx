// The inputs of a form that is made of a schema.

import type { ComponentChildren } from 'preact';

import { errorsAt, type Field, getAt, initialValue, type Path, pathText, setAt, timeInput, timeValue } from '../lib/schema';
import type { FieldError, Json } from '../lib/types';
import { Button, JsonEditor, Labelled } from '../parts/ui';

interface Props {
  data: Json | undefined;
  path: Path;
  errors: FieldError[];
  onChange: (data: Json) => void;
}

export function FieldInputs({ fields, ...props }: Props & { fields: Field[] }) {
  return (
    <>
      {fields.map((field) => (
        <FieldInput key={field.name} {...props} field={field} path={[...props.path, field.name]} />
      ))}
    </>
  );
}

function FieldInput({ field, data, path, errors, onChange }: Props & { field: Field }) {
  const { shape } = field;
  const value = getAt(data, path);
  const set = (next: Json | undefined) => onChange(setAt(data, path, next));
  const name = path.at(-1);
  const title = field.label || (typeof name === 'number' ? `Item ${name + 1}` : String(name));
  const label = (
    <>
      {title}
      {field.isRequired ? <span class="required"> required</span> : null}
    </>
  );
  const own = errorsAt(errors, pathText(path), shape.kind === 'json');
  const labelled = { label, hint: field.description || undefined, errors: own };

  switch (shape.kind) {
    case 'object':
      return (
        <fieldset class="group">
          <legend>{label}</legend>
          {field.description && <p class="hint">{field.description}</p>}
          {own.length > 0 && <p class="error">{own.join('; ')}</p>}
          <FieldInputs fields={shape.fields} data={data} path={path} errors={errors} onChange={onChange} />
        </fieldset>
      );
    case 'list': {
      const items = Array.isArray(value) ? value : [];
      return (
        <fieldset class="group">
          <legend>{label}</legend>
          {field.description && <p class="hint">{field.description}</p>}
          {own.length > 0 && <p class="error">{own.join('; ')}</p>}
          {items.map((_, index) => (
            <div class="item" key={index}>
              <FieldInput field={{ ...shape.item, isRequired: false }} data={data} path={[...path, index]} errors={errors} onChange={onChange} />
              <Button kind="quiet" icon="trash" label={`Remove item ${index + 1} of ${title}`} onClick={() => onChange(setAt(data, [...path, index], undefined))} />
            </div>
          ))}
          <Button icon="plus" onClick={() => set([...items, initialValue(shape.item) ?? blank(shape.item)])}>
            Add an item
          </Button>
        </fieldset>
      );
    }
    case 'boolean':
      return field.isRequired ? (
        <Labelled {...labelled}>
          {(props) => <input {...props} type="checkbox" class="switch" role="switch" checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />}
        </Labelled>
      ) : (
        <Choice labelled={labelled} value={value} options={[true, false]} onChange={set} />
      );
    case 'choice':
      return <Choice labelled={labelled} value={value} options={shape.options} onChange={set} />;
    case 'number':
      return (
        <Labelled {...labelled}>
          {(props) => (
            <input
              {...props}
              type="number"
              step={shape.isInteger ? 1 : 'any'}
              min={shape.min ?? undefined}
              max={shape.max ?? undefined}
              value={typeof value === 'number' ? value : ''}
              onInput={(event) => set(event.currentTarget.value === '' ? undefined : event.currentTarget.valueAsNumber)}
            />
          )}
        </Labelled>
      );
    case 'text': {
      const isTime = shape.input === 'datetime-local';
      const text = typeof value === 'string' ? value : '';
      const change = (next: string) => set(next === '' ? undefined : isTime ? timeValue(next) : next);
      return (
        <Labelled {...labelled}>
          {(props) => <input {...props} type={shape.input as 'text'} value={isTime ? timeInput(text) : text} onInput={(event) => change(event.currentTarget.value)} />}
        </Labelled>
      );
    }
    default:
      return <JsonEditor {...labelled} value={value} onChange={set} rows={4} />;
  }
}

/** What an item is before anything is typed. */
function blank({ shape }: Field): Json {
  return shape.kind === 'text' ? '' : shape.kind === 'number' ? 0 : null;
}

function Choice({ labelled, value, options, onChange }: { labelled: { label: ComponentChildren; hint?: string; errors: string[] }; value: Json | undefined; options: Json[]; onChange: (value: Json | undefined) => void }) {
  const at = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value));
  return (
    <Labelled {...labelled}>
      {(props) => (
        <select {...props} value={at < 0 ? '' : String(at)} onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : options[Number(event.currentTarget.value)])}>
          <option value="">Not set</option>
          {options.map((option, index) => (
            <option key={index} value={String(index)}>
              {typeof option === 'string' ? option : JSON.stringify(option)}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
