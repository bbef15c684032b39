#! many.thrift:23:6: error: unknown type 'Missing1'
#! many.thrift:24:6: error: unknown type 'Missing2'
#! many.thrift:25:6: error: unknown type 'Missing3'
#! many.thrift:26:6: error: unknown type 'Missing4'
#! many.thrift:27:6: error: unknown type 'Missing5'
#! many.thrift:28:6: error: unknown type 'Missing6'
#! many.thrift:29:6: error: unknown type 'Missing7'
#! many.thrift:30:6: error: unknown type 'Missing8'
#! many.thrift:31:6: error: unknown type 'Missing9'
#! many.thrift:32:7: error: unknown type 'Missing10'
#! many.thrift:33:7: error: unknown type 'Missing11'
#! many.thrift:34:7: error: unknown type 'Missing12'
#! many.thrift:35:7: error: unknown type 'Missing13'
#! many.thrift:36:7: error: unknown type 'Missing14'
#! many.thrift:37:7: error: unknown type 'Missing15'
#! many.thrift:38:7: error: unknown type 'Missing16'
#! many.thrift:39:7: error: unknown type 'Missing17'
#! many.thrift:40:7: error: unknown type 'Missing18'
#! many.thrift:41:7: error: unknown type 'Missing19'
#! many.thrift:42:7: error: unknown type 'Missing20'
#! cthriftc: too many errors, the rest is not shown
struct A {
  1: Missing1 a1,
  2: Missing2 a2,
  3: Missing3 a3,
  4: Missing4 a4,
  5: Missing5 a5,
  6: Missing6 a6,
  7: Missing7 a7,
  8: Missing8 a8,
  9: Missing9 a9,
  10: Missing10 a10,
  11: Missing11 a11,
  12: Missing12 a12,
  13: Missing13 a13,
  14: Missing14 a14,
  15: Missing15 a15,
  16: Missing16 a16,
  17: Missing17 a17,
  18: Missing18 a18,
  19: Missing19 a19,
  20: Missing20 a20,
  21: Missing21 a21,
  22: Missing22 a22,
  23: Missing23 a23,
  24: Missing24 a24,
  25: Missing25 a25,
  26: Missing26 a26,
  27: Missing27 a27,
  28: Missing28 a28,
  29: Missing29 a29,
  30: Missing30 a30,
}
