// From g4f (Python): the providers have the names that they had there, and `create_async_generator` became `createAsyncGenerator`.
//
//   async for chunk in Chatgpt4Online.create_async_generator(model="", messages=[{"role": "user", "content": "Hello"}]):
//       print(chunk, end="")
import { Chatgpt4Online } from 'rivulet';

// The site of the original is gone; the same chat plugin runs on many others.
const provider = Chatgpt4Online.with({ url: 'https://shop.example' });

for await (const chunk of provider.createAsyncGenerator({ messages: [{ role: 'user', content: 'Hello' }] })) {
  process.stdout.write(chunk);
}

//   await Chatgpt4Online.create_async(model="", messages=messages)
console.log(await provider.createAsync({ messages: 'Hello' }));
