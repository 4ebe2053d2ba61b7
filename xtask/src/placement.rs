//! Which module of a split something goes into. Parts have names such as `keyed_gemini` (`src/web/parts.rs`). What several parts need goes into
//! the module of a group of parts.

use std::collections::BTreeSet;

/// The module that everything else needs.
pub const CORE: &str = "core";

/// A module for what several parts need.
struct Group {
    name: &'static str,
    /// How the names of the parts begin that are in the group.
    parts: &'static [&'static str],
}

/// The groups, each before those that are within it. Who needs a part needs the groups that it is in, so a group of a few that share
/// much saves weight for all others. What they are worth: `npm run size -- --functions 1` writes who needs which function.
const GROUPS: &[Group] = &[
    Group { name: "keyed", parts: &["keyed_"] },
    // Whose answers are OpenAI's chunks.
    Group { name: "keyed_chunks", parts: &["keyed_openai_chat", "keyed_workers_ai"] },
    // Whose messages consist of parts or blocks of their own.
    Group {
        name: "keyed_blocks",
        parts: &["keyed_anthropic", "keyed_cohere", "keyed_gemini", "keyed_ollama", "keyed_openai_responses"],
    },
    Group { name: "wordpress", parts: &["wordpress_"] },
];

impl Group {
    fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|start| part.starts_with(start))
    }
}

/// Who needs a thing: the core, and some of the parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    pub by_core: bool,
    /// The names of the parts.
    pub by_parts: BTreeSet<String>,
}

impl Needed {
    pub fn add(&mut self, user: &str) {
        match user {
            CORE => self.by_core = true,
            part => _ = self.by_parts.insert(part.to_owned()),
        }
    }

    /// All users, separated by commas, the core alone if it is one.
    pub fn list(&self) -> String {
        match self.by_core {
            true => CORE.to_owned(),
            false => self.by_parts.iter().map(String::as_str).collect::<Vec<_>>().join(","),
        }
    }

    /// What [`Needed::list`] gave.
    pub fn read(list: &str) -> Needed {
        let mut needed = Needed::default();
        list.split(',').for_each(|user| needed.add(user));
        needed
    }

    /// The module that a thing goes into: what one part needs into this part, what several need into the smallest group that has all of
    /// them, all else into the core. `None`: nobody needs it.
    pub fn place(&self) -> Option<&str> {
        if self.by_core {
            return Some(CORE);
        }
        let first = self.by_parts.first()?;
        if self.by_parts.len() == 1 {
            return Some(first);
        }
        let has_all = |group: &&Group| self.by_parts.iter().all(|part| group.has(part));
        Some(GROUPS.iter().rev().find(has_all).map_or(CORE, |group| group.name))
    }
}

/// The groups that a part is in, those that contain others first.
pub fn groups_of(part: &str) -> Vec<&'static str> {
    GROUPS.iter().filter(|group| group.has(part)).map(|group| group.name).collect()
}
