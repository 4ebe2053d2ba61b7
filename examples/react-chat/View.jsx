// What one sees, the same for all pages: the talk with reasoning folded, images and tools; a composer with an image, Stop and Retry; and a
// form that an answer fills in. `shown` makes `{ role, text, reasoning, images }` of a message.
import { useState } from 'react';

/** A message in OpenAI's shape. */
export const shown = ({ role, content, reasoning_content: reasoning }) => ({
  role,
  reasoning,
  text: Array.isArray(content) ? content.filter(({ type }) => type === 'text').map(({ text }) => text).join('') : content,
  images: Array.isArray(content) ? content.filter(({ type }) => type === 'image_url').map(({ image_url: image }) => image.url) : [],
});

/** A message of the AI SDK. */
export const shownParts = ({ role, parts }) => ({
  role,
  reasoning: parts.filter(({ type }) => type === 'reasoning').map(({ text }) => text).join(''),
  text: parts.map((part) => (part.type === 'text' ? part.text : part.output ?? '')).join(''),
  images: parts.filter(({ type }) => type === 'file').map(({ url }) => url),
});

const toDataUrl = (file) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.readAsDataURL(file);
});

export function View({ title, useTalk, shown }) {
  const { messages, error, isBusy, send, stop, retry, extract } = useTalk();
  const [city, setCity] = useState();

  async function submit(event) {
    event.preventDefault();
    const data = new FormData(event.target);
    event.target.reset();
    if (event.nativeEvent.submitter.name === 'extract') return setCity(await extract(data.get('question')));
    const image = data.get('image');
    send(data.get('question'), image.size > 0 ? await toDataUrl(image) : undefined);
  }

  return (
    <form onSubmit={submit}>
      <h1>{title}</h1>
      {messages.map(shown).map(({ role, text, reasoning, images }, index) => (
        <article key={index} className={role}>
          {reasoning && <details><summary>Reasoning</summary>{reasoning}</details>}
          {images.map((url) => <img key={url} src={url} alt="" width="32" />)}
          <p>{text}</p>
        </article>
      ))}
      {error && <p role="alert">{error.message} <button type="button" onClick={retry}>Retry</button></p>}
      {city && <dl><dt>City</dt><dd>{city.name}</dd><dt>Degrees</dt><dd>{city.degrees}</dd></dl>}
      <textarea name="question" required aria-label="Your question" />
      <input name="image" type="file" accept="image/*" aria-label="Image" />
      {isBusy ? <button type="button" onClick={stop}>Stop</button> : <button>Send</button>}
      <button name="extract">Fill in the form</button>
    </form>
  );
}
