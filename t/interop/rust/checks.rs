// checks.rs -- every method of ThriftTest and SecondService, with what its
// answer must be.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Debug;

use ordered_float::OrderedFloat;
use thrift::protocol::{
    TFieldIdentifier, TMessageIdentifier, TMessageType, TStructIdentifier,
    TType,
};
use thrift::{ApplicationErrorKind, TThriftClient};
use uuid::Uuid;

use crate::thrifttest::{
    Insanity, Numberz, TSecondServiceSyncClient, TThriftTestSyncClient,
    Xception, Xception2, Xtruct, Xtruct2,
};

type Outcome = Result<(), Box<dyn Error>>;

const WORDS: &str = "Afrikaans Ænglisc Българ 中文 日本語 한국어 ไทย \
    \u{5e2}\u{5d1}\u{5e8}\u{5d9}\u{5ea} \u{627}\u{644}\u{639}\u{631}\u{628} \
    e\u{301} \u{200f}\u{202e} \u{1d11e} \u{1f600} \u{10fffd} ";
const CONTROLS: &str = "\0\x01\x08\t\n\x0b\x0c\r\x1f\x7f \"quoted\" \\ / ' \
    <>& \\u0041 {\"a\":[1,2]} \u{2028}\u{2029}";
const I32S: [i32; 13] = [
    0, 1, -1, 63, -64, -65, 127, 128, -129, 32768, -32769, i32::MAX, i32::MIN,
];
const I64S: [i64; 9] = [
    0, 1, -1, 1 << 31, -(1 << 31) - 1, (1 << 53) + 1, -(1 << 53) - 1,
    i64::MAX, i64::MIN,
];
const DOUBLES: [f64; 15] = [
    0.0, 1.0, -1.0, 0.1, std::f64::consts::PI, 1e307, -1e307, 1e-292, 5e-324,
    f64::MAX, 9007199254740991.0, -0.000341012439638598279,
    f64::INFINITY, f64::NEG_INFINITY, f64::NAN,
];

fn texts() -> Vec<String> {
    vec![
        String::new(), "a".into(), WORDS.into(), CONTROLS.into(),
        [WORDS, CONTROLS].concat().repeat(50), "x".repeat(100000),
    ]
}

fn cut<T: Debug>(value: T) -> String {
    format!("{value:?}").chars().take(150).collect()
}

fn same<T: PartialEq + Debug>(what: &str, got: T, wanted: T) -> Outcome {
    if got == wanted {
        return Ok(());
    }
    Err(format!("{what}: {} instead of {}", cut(got), cut(wanted)).into())
}

// What is given back for a value by a method that gives it back.
fn echo<C, T: Clone + PartialEq + Debug>(
    client: &mut C,
    what: &str,
    method: fn(&mut C, T) -> thrift::Result<T>,
    values: impl IntoIterator<Item = T>,
) -> Outcome {
    for value in values {
        let got = method(client, value.clone())
            .map_err(|e| format!("{what}({}): {e}", cut(&value)))?;
        same(what, got, value)?;
    }
    Ok(())
}

pub fn every<C>(c: &mut C) -> Outcome
where
    C: TThriftTestSyncClient + TThriftClient,
{
    scalars(c)?;
    strings(c)?;
    uuids(c)?;
    structs(c)?;
    containers(c)?;
    made(c)?;
    insanity(c)?;
    exceptions(c)?;
    multi_exceptions(c)?;
    unknown(c)?;
    oneway(c)
}

fn scalars<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let numbers = [
        Numberz::ONE, Numberz::TWO, Numberz::FIVE, Numberz::EIGHT,
        Numberz(77), Numberz(-1),
    ];

    c.test_void()?;
    echo(c, "testBool", C::test_bool, [true, false])?;
    echo(c, "testByte", C::test_byte, [0, 1, -1, i8::MAX, i8::MIN])?;
    echo(c, "testI32", C::test_i32, I32S)?;
    echo(c, "testI64", C::test_i64, I64S)?;
    echo(c, "testTypedef", C::test_typedef, I64S)?;
    // OrderedFloat's NaN is itself.
    echo(c, "testDouble", C::test_double, DOUBLES.map(OrderedFloat))?;
    let zero = c.test_double(OrderedFloat(-0.0))?;
    same("testDouble(-0)", zero.is_sign_negative(), true)?;
    echo(c, "testEnum", C::test_enum, numbers)
}

fn strings<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    echo(c, "testString", C::test_string, texts())?;
    echo(c, "testBinary", C::test_binary,
        [0, 1, 2, 3, 4, 255, 256, 4096, 131072]
            .map(|n| (0..n).map(|i| 255 - i as u8).collect()))
}

// By hand: the calls that no generated code knows of, or its compiler not.
fn send<C: TThriftClient>(c: &mut C, method: &str, uuid: Option<Uuid>)
    -> thrift::Result<TMessageIdentifier> {
    let seq = c.increment_sequence_number();
    let out = c.o_prot_mut();

    out.write_message_begin(&TMessageIdentifier::new(
        method, TMessageType::Call, seq))?;
    out.write_struct_begin(&TStructIdentifier::new(method))?;
    if let Some(value) = uuid {
        out.write_field_begin(
            &TFieldIdentifier::new("thing", TType::Uuid, 1))?;
        out.write_uuid(&value)?;
        out.write_field_end()?;
    }
    out.write_field_stop()?;
    out.write_struct_end()?;
    out.write_message_end()?;
    out.flush()?;
    c.i_prot_mut().read_message_begin()
}

fn uuids<C: TThriftClient>(c: &mut C) -> Outcome {
    for text in [
        "00112233-4455-6677-8899-aabbccddeeff",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ] {
        let reply = send(c, "testUuid", Some(Uuid::parse_str(text)?))?;
        same("testUuid", reply.message_type, TMessageType::Reply)?;
        let input = c.i_prot_mut();
        input.read_struct_begin()?;
        let field = input.read_field_begin()?;
        same("testUuid", (field.field_type, field.id), (TType::Uuid, Some(0)))?;
        same("testUuid", input.read_uuid()?.to_string(), text.to_string())?;
        input.read_field_end()?;
        same("testUuid", input.read_field_begin()?.field_type, TType::Stop)?;
        input.read_struct_end()?;
        input.read_message_end()?;
    }
    Ok(())
}

fn unknown<C: TThriftClient>(c: &mut C) -> Outcome {
    let reply = send(c, "testNothing", None)?;
    same("an unknown method", reply.message_type, TMessageType::Exception)?;
    let e = thrift::Error::read_application_error_from_in_protocol(
        c.i_prot_mut())?;
    c.i_prot_mut().read_message_end()?;
    same("an unknown method", e.kind, ApplicationErrorKind::UnknownMethod)
}

fn extremes(text: &str) -> Xtruct {
    Xtruct::new(text.to_string(), i8::MIN, i32::MIN, i64::MAX)
}

fn structs<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let one = extremes(WORDS);
    echo(c, "testStruct", C::test_struct, [one.clone()])?;
    echo(c, "testNest", C::test_nest, [Xtruct2::new(1, one, 5)])?;
    let partly = c.test_struct(Xtruct::new(None, None, -3, None))?;
    same("testStruct, partly", partly.i32_thing, Some(-3))?;
    same("testStruct, not set", partly.byte_thing.unwrap_or(0), 0)
}

fn containers<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let long: Vec<i32> = (0..20000).map(|i| i * -7919).collect();
    let many = long.iter().zip(-100..).map(|(n, i)| (i, *n)).collect();
    let pairs = [("a", "123"), ("a b", "spaces "), ("", "empty"),
        ("0", "a number"), (WORDS, CONTROLS), (CONTROLS, WORDS)]
        .map(|(k, v)| (k.to_string(), v.to_string()));

    echo(c, "testMap", C::test_map, [BTreeMap::new(),
        BTreeMap::from([(0, -10), (i32::MIN, i32::MAX)]), many])?;
    echo(c, "testStringMap", C::test_string_map,
        [BTreeMap::new(), BTreeMap::from(pairs)])?;
    echo(c, "testSet", C::test_set, [BTreeSet::new(),
        BTreeSet::from([-3]), long.iter().copied().collect()])?;
    echo(c, "testList", C::test_list, [vec![], vec![1, 1, 1], I32S.to_vec(),
        long])
}

// Methods whose answer is not their argument.
fn made<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let below = (-4..=-1).map(|n| (n, n)).collect();
    let above = (1..=4).map(|n| (n, n)).collect();

    same("testMapMap", c.test_map_map(42)?,
        BTreeMap::from([(-4, below), (4, above)]))?;
    same("testMulti", c.test_multi(i8::MIN, i32::MIN, i64::MAX,
            BTreeMap::from([(i16::MIN, WORDS.to_string())]), Numberz::FIVE,
            0xf0f0f0)?,
        extremes("Hello2"))
}

fn insanity<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let crazy = Insanity::new(
        BTreeMap::from([(Numberz::FIVE, 5), (Numberz::EIGHT, i64::MIN)]),
        vec![extremes("Goodbye4"), extremes(WORDS)],
    );
    let mut insane = c.test_insanity(crazy.clone())?;

    same("testInsanity, user 1", insane.remove(&1), Some(BTreeMap::from(
        [(Numberz::TWO, crazy.clone()), (Numberz::THREE, crazy)])))?;
    let mut second = insane.remove(&2).unwrap_or_default();
    let empty = second.remove(&Numberz::SIX).ok_or("testInsanity: no SIX")?;
    same("testInsanity, user 2, SIX",
        (empty.user_map.unwrap_or_default().len(),
            empty.xtructs.unwrap_or_default().len()), (0, 0))?;
    same("testInsanity, the rest", insane.len() + second.len(), 0)
}

// The exception of that type that a call has ended with, as it must.
fn thrown<T: Debug, E: Error + Clone + 'static>(
    what: &str,
    result: thrift::Result<T>,
) -> Result<E, Box<dyn Error>> {
    if let Err(thrift::Error::User(e)) = &result {
        if let Some(wanted) = e.downcast_ref::<E>() {
            return Ok(wanted.clone());
        }
    }
    Err(format!("{what}: got {}", cut(result)).into())
}

fn exceptions<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let e: Xception = thrown("testException",
        c.test_exception("Xception".into()))?;
    same("testException", e, Xception::new(1001, "Xception".to_string()))?;
    let result = c.test_exception("TException".into());
    if !matches!(result, Err(thrift::Error::Application(_))) {
        return Err(format!("testException(TException): {result:?}").into());
    }
    Ok(c.test_exception("success".into())?)
}

fn multi_exceptions<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    let e: Xception = thrown("testMultiException",
        c.test_multi_exception("Xception".into(), "ignored".into()))?;
    same("testMultiException", e,
        Xception::new(1001, "This is an Xception".to_string()))?;
    let e: Xception2 = thrown("testMultiException",
        c.test_multi_exception("Xception2".into(), "ignored".into()))?;
    same("testMultiException", e.error_code, Some(2002))?;
    same("testMultiException", e.struct_thing.and_then(|x| x.string_thing),
        Some("This is an Xception2".to_string()))?;
    let x = c.test_multi_exception("success".into(), WORDS.into())?;
    same("testMultiException", x.string_thing, Some(WORDS.to_string()))
}

// Nothing may come back for the oneway call, and the call behind it must be
// given its own answer.
fn oneway<C: TThriftTestSyncClient>(c: &mut C) -> Outcome {
    for seconds in 0..3 {
        c.test_oneway(seconds)?;
        echo(c, "testI32 behind testOneway", C::test_i32, [-1])?;
    }
    Ok(())
}

// Both on one connection.
pub fn second_service<C, D>(c: &mut C, second: &mut D) -> Outcome
where
    C: TThriftTestSyncClient,
    D: TSecondServiceSyncClient,
{
    for text in texts() {
        same("secondtestString", second.secondtest_string(text.clone())?,
            format!("testString(\"{text}\")"))?;
        echo(c, "testString between", C::test_string, [text])?;
    }
    Ok(())
}
