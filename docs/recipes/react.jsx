// A chat in React, with Stop and Retry. It talks to the chatbot of a WordPress site; any provider stands in its place.
import { useRef, useState } from 'react';
import { AiEngine } from 'rivulet';

const site = new AiEngine({ url: 'https://shop.example' });

export default function Chat() {
  const [messages, setMessages] = useState([]);
  const [error, setError] = useState();
  const [reply, setReply] = useState();
  const conversation = useRef();

  async function ask(before) {
    const reply = site.createAsyncGenerator({ messages: before, conversation: conversation.current });
    setReply(reply);
    setError();
    try {
      for await (const _ of reply) setMessages([...before, reply.message]);
      conversation.current = reply.conversation;
    } catch (error) {
      setError(error);
    }
    setReply();
  }

  function send(event) {
    event.preventDefault();
    const content = new FormData(event.target).get('question');
    event.target.reset();
    const before = [...messages, { role: 'user', content }];
    setMessages(before);
    ask(before);
  }

  return (
    <form onSubmit={send}>
      {messages.map(({ role, content }, index) => <p key={index} className={role}>{content}</p>)}
      {error && <p role="alert">{error.message} <button type="button" onClick={() => ask(messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1))}>Retry</button></p>}
      <input name="question" required aria-label="Your question" />
      {reply ? <button type="button" onClick={() => reply.return()}>Stop</button> : <button>Send</button>}
    </form>
  );
}
