//! Axes and their ticks.

use std::ops::Range;

/// An axis from its first tick to its last, with some room beyond.
#[derive(Debug)]
pub(crate) struct Axis {
    is_log: bool,
    pub(crate) ticks: Vec<f64>,
    /// The fraction of the length that is left free beyond the last tick.
    room: f64,
}

impl Axis {
    /// Creates a linear axis from 0 to at least `max`.
    pub(crate) fn linear(max: f64, room: f64) -> Self {
        let step = step(max / 5.0);
        let steps = (1..).take_while(|tick| f64::from(tick - 1) * step < max).map(f64::from);
        let ticks = std::iter::once(0.0).chain(steps.map(|tick| tick * step)).collect();
        Self { is_log: false, ticks, room }
    }

    /// Creates a logarithmic axis around all values, with ticks at powers of ten, or finer if these are too few.
    pub(crate) fn log(values: impl IntoIterator<Item = f64>, room: f64) -> Self {
        let (min, max) = values
            .into_iter()
            .fold((f64::INFINITY, 0.0_f64), |(min, max), value| (min.min(value), max.max(value)));
        let around = |between: &[f64]| -> Vec<f64> {
            let all = (-9..=12).flat_map(|power| between.iter().map(move |tick| tick * 10_f64.powi(power)));
            let all: Vec<f64> = all.collect();
            let first = all.iter().rposition(|tick| *tick < min).unwrap_or_default();
            let last = all.iter().position(|tick| *tick >= max).unwrap_or(all.len() - 1);
            all[first..=last.max(first)].to_vec()
        };
        let tens = around(&[1.0]);
        let ticks = if tens.len() > 3 { tens } else { around(&[1.0, 2.0, 5.0]) };
        Self { is_log: true, ticks, room }
    }

    /// Creates a logarithmic axis with ticks at these values.
    pub(crate) fn at(ticks: Vec<f64>, room: f64) -> Self {
        Self { is_log: true, ticks, room }
    }

    /// Returns the position of a value.
    pub(crate) fn place(&self, value: f64) -> f64 {
        if self.is_log { value.log10() } else { value }
    }

    /// Returns where the axis begins.
    pub(crate) fn start(&self) -> f64 {
        self.place(self.ticks.first().copied().unwrap_or(1.0))
    }

    /// Returns where the axis begins and ends.
    pub(crate) fn range(&self) -> Range<f64> {
        let end = self.place(self.ticks.last().copied().unwrap_or(10.0));
        self.start()..end + self.room * (end - self.start())
    }
}

/// Returns the next of 1, 2, 5, 10, 20, ….
fn step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter().find(|times| times * power >= least);
    times.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_around_all_values() {
        assert_eq!(Axis::linear(7300.0, 0.0).ticks, [0.0, 2000.0, 4000.0, 6000.0, 8000.0]);
        assert_eq!(Axis::linear(4000.0, 0.0).ticks, [0.0, 1000.0, 2000.0, 3000.0, 4000.0]);
        assert_eq!(Axis::log([250.0, 68_000.0], 0.0).ticks, [100.0, 1000.0, 10_000.0, 100_000.0]);
        assert_eq!(Axis::log([30.0, 70.0], 0.0).ticks, [20.0, 50.0, 100.0]);
    }

    #[test]
    fn a_log_axis_leaves_room_beyond_its_last_tick() {
        let axis = Axis::at(vec![1.0, 10.0, 100.0], 0.25);
        assert_eq!(axis.range(), 0.0..2.5);
    }
}
