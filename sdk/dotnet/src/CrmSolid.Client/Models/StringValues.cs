using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>
/// A string with a set of known values. It is not an enum, so that a value which the server adds later survives reading
/// and writing.
/// </summary>
internal interface IStringValue<TSelf>
    where TSelf : struct, IStringValue<TSelf>
{
    static abstract TSelf Create(string value);

    string Value { get; }
}

internal sealed class StringValueConverter<T> : JsonConverter<T>
    where T : struct, IStringValue<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Create(reader.GetString() ?? throw new JsonException("expected a string"));

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
