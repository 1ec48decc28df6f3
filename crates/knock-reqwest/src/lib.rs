//! knock-reqwest
