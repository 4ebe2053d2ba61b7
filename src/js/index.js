// `rivulet`: everything but the server side, `rivulet/edge`. `name` of each class is given explicitly, since bundlers shorten the names of classes;
// keeping all names would cost 1 kB gzipped. Each class names the parts of the core that it needs (src/web/parts.rs): where no class of a
// part is used, bundlers leave out the part.

export * from './services.js';
export * from './wordpress.js';
