// A chat as a React application has it. `?site`: without a server, on the WordPress site that the page comes from; otherwise over the route of the Worker.

import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithToolCalls } from 'ai';
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { chatTransport } from 'rivulet/ai-sdk';
import { AiEngine } from 'rivulet/wordpress';

const transport = location.search === '?site'
  ? chatTransport(new AiEngine({ url: location.origin }))
  : new DefaultChatTransport({ api: '/api/chat' });

function Chat() {
  const [text, setText] = useState('');
  const files = useRef(null);
  const chat = useChat({
    transport,
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
    onToolCall({ toolCall }) {
      if (toolCall.toolName === 'where_am_i') chat.addToolOutput({ tool: 'where_am_i', toolCallId: toolCall.toolCallId, output: 'Oslo' });
    },
  });
  const send = (event) => {
    event.preventDefault();
    chat.sendMessage({ text, files: files.current.files.length > 0 ? files.current.files : undefined });
    setText('');
    files.current.value = '';
  };
  return (
    <main>
      {chat.messages.map(({ id, role, parts, metadata }) => (
        <article key={id} data-role={role} data-tokens={metadata?.tokens}>
          {parts.map((part, i) => <Part key={i} part={part} />)}
        </article>
      ))}
      {chat.error && <p role="alert">{chat.error.message}</p>}
      <form onSubmit={send}>
        <textarea value={text} onChange={(event) => setText(event.target.value)} />
        <input type="file" ref={files} />
        <button id="send">Send</button>
        <button id="stop" type="button" onClick={() => chat.stop()}>Stop</button>
        <button id="again" type="button" onClick={() => chat.regenerate()}>Again</button>
        <output>{chat.status}</output>
      </form>
    </main>
  );
}

function Part({ part }) {
  if (part.type === 'text') return <p className="text">{part.text}</p>;
  if (part.type === 'reasoning') return <p className="reasoning">{part.text}</p>;
  if (part.type === 'file') return <img src={part.url} alt={part.filename ?? ''} />;
  if (isToolUIPart(part)) return <code data-state={part.state}>{part.type} {JSON.stringify(part.input)} {JSON.stringify(part.output)}</code>;
  return null;
}

createRoot(document.querySelector('#app')).render(<Chat />);
