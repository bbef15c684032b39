namespace c units

enum Unit { METRE = 1, FOOT = 2 }

const i32 PER_METRE = 100

struct Length {
  1: double value = 1.0,
  2: Unit   unit = Unit.METRE,
}

exception NoSuchUnit { 1: string name }

service Measure {
  /** How long something is. */
  Length measure(1: string what) throws (1: NoSuchUnit none),
}
