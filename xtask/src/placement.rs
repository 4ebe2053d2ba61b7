//! Which module of a split something goes into. Parts are known by names such as `keyed_gemini`: the family `keyed`, and in it the part.
//! Each family has a module for what several of its parts need; it has the name of the family.

use std::collections::BTreeSet;

/// The module that everything else needs.
pub const CORE: &str = "core";

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

    /// The module that a thing goes into: what one part needs into this part, what parts of one family need into the module of the
    /// family, all else into the core. `None`: nobody needs it.
    pub fn place(&self) -> Option<&str> {
        if self.by_core {
            return Some(CORE);
        }
        let mut parts = self.by_parts.iter();
        let first = parts.next()?;
        if self.by_parts.len() == 1 {
            return Some(first);
        }
        let family = family(first);
        Some(if parts.all(|part| self::family(part) == family) { family } else { CORE })
    }
}

/// The family of a part.
pub fn family(part: &str) -> &str {
    part.split('_').next().unwrap_or(part)
}
