/** A piece of HTML that is safe to put into a page as it is. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** Builds markup; every value that is not markup already is escaped, so that no name in a database becomes a tag. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const html = parts.map(
    (part, position) => part + (position < values.length ? render(values[position]!) : ''),
  );
  return { html: html.join('') };
}

/** Trusts a text to be markup already, such as a drawing. */
export function trusted(html: string): Markup {
  return { html };
}

export const NOTHING: Markup = { html: '' };

function render(value: Value): string {
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  return 'html' in value ? value.html : value.map(({ html }) => html).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
