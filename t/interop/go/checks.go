// checks.go -- every method of ThriftTest and SecondService, with what its
// answer must be.
//
// A check that fails panics with a failure, which checkAll gives back as an
// error: what was asked for is then told in one line.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/thrifttest"
)

type failure string

func (f failure) Error() string { return string(f) }

// Fails with that, at most a line of it.
func fail(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if len(text) > 400 {
		text = text[:400] + "..."
	}
	panic(failure(text))
}

func same(what string, got, want any, err error) {
	if err != nil {
		fail("%s: %v", what, err)
	}
	if !reflect.DeepEqual(got, want) {
		fail("%s: got %#v, not %#v", what, got, want)
	}
}

// What a method that gives its argument back makes of each of the values.
func echo[T any](what string, call func(context.Context, T) (T, error),
	values ...T) {
	for _, value := range values {
		got, err := call(context.Background(), value)
		same(fmt.Sprintf("%s(%.60v)", what, value), got, value, err)
	}
}

func checkAll(protocol thrift.TProtocol, multiplexed bool) (err error) {
	defer func() {
		if f, ok := recover().(failure); ok {
			err = f
		}
	}()

	first := protocol
	if multiplexed {
		first = thrift.NewTMultiplexedProtocol(protocol, "ThriftTest")
	}
	client := thrift.NewTStandardClient(protocol, first)
	test := thrifttest.NewThriftTestClient(client)
	checkScalars(test)
	checkText(test)
	checkUUID(client)
	checkStructs(test)
	checkContainers(test)
	checkMade(test)
	checkExceptions(test)
	checkUnknown(client)
	checkOneway(test)
	if multiplexed {
		second := thrift.NewTMultiplexedProtocol(protocol, "SecondService")
		checkSecond(test, thrifttest.NewSecondServiceClient(
			thrift.NewTStandardClient(protocol, second)))
	}
	return nil
}

func checkScalars(test *thrifttest.ThriftTestClient) {
	same("testVoid", nil, nil, test.TestVoid(context.Background()))
	echo("testBool", test.TestBool, true, false)
	echo("testByte", test.TestByte, 0, 1, -1, math.MaxInt8, math.MinInt8)
	echo("testI32", test.TestI32, 0, 1, -1, 127, 128, -129, 32768, -32769,
		math.MaxInt32, math.MinInt32)
	echo("testI64", test.TestI64, 0, 1, -1, 1<<31, -1<<31-1, 1<<53+1,
		-1<<53-1, math.MaxInt64, math.MinInt64)
	echo("testDouble", test.TestDouble, 0, 1, -1, math.Pi, 1e307, -1e307,
		1e-292, -0.000341012439638598279, 1<<53-1, 0.1,
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1),
		math.Inf(-1))
	got, err := test.TestDouble(context.Background(), math.NaN())
	same("testDouble(NaN)", math.IsNaN(got), true, err)
	got, err = test.TestDouble(context.Background(), math.Copysign(0, -1))
	same("testDouble(-0)", math.Signbit(got), true, err)
	echo("testEnum", test.TestEnum, thrifttest.Numberz_ONE,
		thrifttest.Numberz_TWO, thrifttest.Numberz_FIVE,
		thrifttest.Numberz_EIGHT, thrifttest.Numberz(77))
	echo("testTypedef", test.TestTypedef, 309858235082523,
		thrifttest.UserId(math.MinInt64))
}

// Every plane, both directions of writing, marks that combine, and what JSON
// has to escape.
const words = "Afrikaans, Ænglisc, Български, 中文, 日本語, 한국어, ไทย, " +
	"עברית, العربية, e\u0301 \u200f\u202e, \U0001D11E \U0001F600 \U0010FFFD"
const controls = "\x00\x01\x08\t\n\x0b\f\r\x1f\x7f \"quoted\" \\ / ' <>& " +
	"\\u0041 {\"a\":[1,2]} \u2028\u2029"

func checkText(test *thrifttest.ThriftTestClient) {
	echo("testString", test.TestString, "", "a", "plain", words, controls,
		strings.Repeat(words+controls, 50), strings.Repeat("x", 100000))

	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, n := range []int{0, 1, 2, 3, 4, 255, 256, 4096, 131072} {
		sent := bytes.Repeat(all, 512)[:n]
		got, err := test.TestBinary(context.Background(), sent)
		same(fmt.Sprintf("testBinary of %d bytes", n),
			bytes.Equal(got, sent), true, err)
	}
}

// One uuid, as the arguments and the result of testUuid have it.  (Written by
// hand: a compiler without uuid generates nothing for it.)
type uuidStruct struct {
	id    int16
	value thrift.Tuuid
}

func (u *uuidStruct) Write(ctx context.Context, p thrift.TProtocol) error {
	return errors.Join(
		p.WriteStructBegin(ctx, "testUuid"),
		p.WriteFieldBegin(ctx, "thing", thrift.UUID, u.id),
		p.WriteUUID(ctx, u.value),
		p.WriteFieldEnd(ctx),
		p.WriteFieldStop(ctx),
		p.WriteStructEnd(ctx))
}

func (u *uuidStruct) Read(ctx context.Context, p thrift.TProtocol) error {
	p.ReadStructBegin(ctx)
	_, kind, id, err := p.ReadFieldBegin(ctx)
	if err != nil {
		return err
	}
	if kind != thrift.UUID || id != u.id {
		return fmt.Errorf("type %v as field %d", kind, id)
	}
	if u.value, err = p.ReadUUID(ctx); err != nil {
		return err
	}
	p.ReadFieldEnd(ctx)
	if _, kind, _, err = p.ReadFieldBegin(ctx); err == nil &&
		kind != thrift.STOP {
		err = fmt.Errorf("more than one field")
	}
	p.ReadStructEnd(ctx)
	return err
}

func checkUUID(client thrift.TClient) {
	for _, text := range []string{
		"00112233-4455-6677-8899-aabbccddeeff",
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
	} {
		value, err := thrift.ParseTuuid(text)
		same("a uuid", nil, nil, err)
		args, result := &uuidStruct{1, value}, &uuidStruct{}
		_, err = client.Call(context.Background(), "testUuid", args, result)
		same("testUuid", result.value.String(), text, err)
	}
}

func checkStructs(test *thrifttest.ThriftTestClient) {
	x := &thrifttest.Xtruct{StringThing: words, ByteThing: -128,
		I32Thing: math.MinInt32, I64Thing: math.MaxInt64}
	echo("testStruct", test.TestStruct, &thrifttest.Xtruct{},
		&thrifttest.Xtruct{StringThing: "Zero", ByteThing: 1, I32Thing: -3,
			I64Thing: -5}, x)
	echo("testNest", test.TestNest,
		&thrifttest.Xtruct2{StructThing: &thrifttest.Xtruct{}},
		&thrifttest.Xtruct2{ByteThing: 1, StructThing: x, I32Thing: 5})
}

func checkContainers(test *thrifttest.ThriftTestClient) {
	many := make(map[int32]int32)
	long := make([]int32, 20000)
	for i := range int32(20000) {
		long[i] = i * -7919
		many[i-100] = -i
	}
	echo("testMap", test.TestMap, map[int32]int32{},
		map[int32]int32{0: -10, 1: -9, math.MinInt32: math.MaxInt32}, many)
	echo("testStringMap", test.TestStringMap, map[string]string{},
		map[string]string{"a": "123", "a b": "with spaces ", "": "empty",
			"0": "numeric key", words: words, controls: controls})
	echo("testList", test.TestList, []int32{}, []int32{5}, long,
		[]int32{math.MinInt32, -1, 0, 1, 1, math.MaxInt32})

	for _, sent := range [][]int32{{}, {-3}, {-2, -1, 0, 1, 2}} {
		got, err := test.TestSet(context.Background(), sent)
		sort.Slice(got, func(i, j int) bool { return got[i] < got[j] })
		same("testSet", got, sent, err)
	}
}

// Methods whose answer is not their argument.
func checkMade(test *thrifttest.ThriftTestClient) {
	ctx := context.Background()

	maps, err := test.TestMapMap(ctx, 1)
	same("testMapMap", maps, map[int32]map[int32]int32{
		-4: {-4: -4, -3: -3, -2: -2, -1: -1},
		4:  {1: 1, 2: 2, 3: 3, 4: 4},
	}, err)

	type numbers = map[thrifttest.Numberz]*thrifttest.Insanity
	truck := &thrifttest.Insanity{
		UserMap: map[thrifttest.Numberz]thrifttest.UserId{
			thrifttest.Numberz_FIVE:  5,
			thrifttest.Numberz_EIGHT: math.MaxInt64,
		},
		Xtructs: []*thrifttest.Xtruct{
			{StringThing: "Goodbye4", ByteThing: 4, I32Thing: 4, I64Thing: 4},
			{StringThing: "Hello2", ByteThing: 2, I32Thing: 2, I64Thing: 2},
		},
	}
	insane, err := test.TestInsanity(ctx, truck)
	same("testInsanity, the size", len(insane), 2, err)
	same("testInsanity, user 1", insane[1], numbers{
		thrifttest.Numberz_TWO:   truck,
		thrifttest.Numberz_THREE: truck,
	}, nil)
	same("testInsanity, user 2", len(insane[2]), 1, nil)
	empty := insane[2][thrifttest.Numberz_SIX]
	if empty == nil || len(empty.UserMap)+len(empty.Xtructs) != 0 {
		fail("testInsanity, user 2: got %v", empty)
	}

	multi, err := test.TestMulti(ctx, -128, math.MinInt32, math.MaxInt64,
		map[int16]string{0: "abc", -32768: words}, thrifttest.Numberz_FIVE,
		thrifttest.UserId(0xf0f0f0))
	same("testMulti", multi, &thrifttest.Xtruct{StringThing: "Hello2",
		ByteThing: -128, I32Thing: math.MinInt32, I64Thing: math.MaxInt64}, err)
}

func checkExceptions(test *thrifttest.ThriftTestClient) {
	ctx := context.Background()
	var x *thrifttest.Xception
	var x2 *thrifttest.Xception2
	var application thrift.TApplicationException

	err := test.TestException(ctx, "Xception")
	if !errors.As(err, &x) || x.ErrorCode != 1001 || x.Message != "Xception" {
		fail("testException(Xception): got %v", err)
	}
	err = test.TestException(ctx, "TException")
	if !errors.As(err, &application) {
		fail("testException(TException): got %v", err)
	}
	same("testException(success)", nil, nil,
		test.TestException(ctx, "success"))

	_, err = test.TestMultiException(ctx, "Xception", "ignored")
	if !errors.As(err, &x) || x.ErrorCode != 1001 ||
		x.Message != "This is an Xception" {
		fail("testMultiException(Xception): got %v", err)
	}
	_, err = test.TestMultiException(ctx, "Xception2", "ignored")
	if !errors.As(err, &x2) || x2.ErrorCode != 2002 ||
		x2.StructThing.StringThing != "This is an Xception2" {
		fail("testMultiException(Xception2): got %v", err)
	}
	got, err := test.TestMultiException(ctx, "success", words)
	same("testMultiException(success)", got,
		&thrifttest.Xtruct{StringThing: words}, err)
}

func checkUnknown(client thrift.TClient) {
	var application thrift.TApplicationException

	_, err := client.Call(context.Background(), "testNothing",
		thrifttest.NewEmptyStruct(), thrifttest.NewEmptyStruct())
	if !errors.As(err, &application) ||
		application.TypeId() != thrift.UNKNOWN_METHOD {
		fail("an unknown method: got %v", err)
	}
}

// Nothing may come back for the oneway call, and the call behind it must be
// given its own answer.
func checkOneway(test *thrifttest.ThriftTestClient) {
	ctx := context.Background()

	for seconds := range int32(3) {
		same("testOneway", nil, nil, test.TestOneway(ctx, seconds))
		echo("testI32 behind testOneway", test.TestI32, -1)
	}
}

func checkSecond(test *thrifttest.ThriftTestClient,
	second *thrifttest.SecondServiceClient) {
	for _, text := range []string{"", "second", words + controls} {
		got, err := second.SecondtestString(context.Background(), text)
		same("secondtestString", got, "testString(\""+text+"\")", err)
		echo("testString between", test.TestString, text)
	}
}
