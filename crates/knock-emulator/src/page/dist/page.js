document.body.textContent = "Knock emulator";
