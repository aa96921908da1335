using System.Buffers;
using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>Writes values whose type the API does not fix: strings, numbers, booleans, times, null, and lists of them.</summary>
internal static class PlainJson
{
    /// <summary>Null as a value.</summary>
    public static JsonElement Null { get; } = JsonDocument.Parse("null").RootElement;

    public static JsonElement ToElement(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value);
        }
        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time);
                break;
            case DateOnly date:
                json.WriteStringValue(date.ToString("O"));
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case IStringValue listed:
                json.WriteStringValue(listed.Value);
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (object? item in items)
                {
                    Write(json, item);
                }
                json.WriteEndArray();
                break;
            default:
                WriteNumber(json, value);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case float or double:
                json.WriteNumberValue(Convert.ToDouble(value));
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            default:
                throw new ArgumentException($"expected a string, a number or a boolean, not a {value.GetType().Name}");
        }
    }
}

/// <summary>Values of any plain type by their names, such as custom fields.</summary>
internal sealed class PlainMapConverter : JsonConverter<IReadOnlyDictionary<string, object?>>
{
    public override IReadOnlyDictionary<string, object?> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var map = new Dictionary<string, object?>();
        foreach (JsonProperty property in JsonElement.ParseValue(ref reader).EnumerateObject())
        {
            map[property.Name] = property.Value;
        }
        return map;
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, one) in value)
        {
            writer.WritePropertyName(name);
            PlainJson.Write(writer, one);
        }
        writer.WriteEndObject();
    }
}
